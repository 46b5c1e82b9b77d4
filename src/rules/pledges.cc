#include "rules/pledges.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "broker/broker.h"

namespace gatehouse::rules {
namespace {

constexpr std::uint8_t context_form = 1;
constexpr std::size_t context_head_bytes = 2;  // the form, and hops

// In their order on disk.
template <class MessageType>
auto context_texts(MessageType& message) {
    return std::array{&message.client_id, &message.principal, &message.source_ip,
                      &message.trace_id};
}

}  // namespace

PledgeHold& PledgeHold::operator=(PledgeHold&& other) noexcept {
    std::swap(pledges_, other.pledges_);
    std::swap(facts_, other.facts_);
    return *this;
}

PledgeHold::~PledgeHold() {
    if (facts_ != nullptr) pledges_->release(*facts_);
}

void Pledges::serve(broker::Broker& broker) {
    const std::scoped_lock lock(mutex_);
    broker_ = &broker;
}

void Pledges::close() {
    std::deque<MessagePtr> left;  // which are let go of without the mutex
    const std::scoped_lock lock(mutex_);
    broker_ = nullptr;
    left.swap(restored_);
}

std::optional<PledgeHold> Pledges::make(const Message& message, std::size_t loop) {
    const std::scoped_lock lock(mutex_);
    const Use& use = uses_[message.tenant];
    if (use.messages >= bounds_.messages_max) return std::nullopt;
    if (use.messages != 0 && use.bytes + message.bytes() > bounds_.bytes_max) return std::nullopt;
    return hold(message, loop, ++last_number_);
}

// With the mutex.
PledgeHold Pledges::hold(const Message& message, std::size_t loop, std::uint64_t number) {
    const std::size_t bytes = message.bytes();
    Use& use = uses_[message.tenant];
    ++use.messages;
    use.bytes += bytes;
    return {*this, {.loop = loop, .number = number, .tenant = message.tenant, .bytes = bytes}};
}

void Pledges::release(const PledgeHold::Facts& facts) {
    const std::scoped_lock lock(mutex_);
    const auto use = uses_.find(facts.tenant);
    use->second.bytes -= facts.bytes;
    if (--use->second.messages == 0) uses_.erase(use);
    if (broker_ != nullptr) broker_->release_pledge(facts.loop, facts.number);
}

Result<void> Pledges::restore(const broker::PledgedMessage& pledged) {
    auto message = std::make_shared<Message>();
    message->tenant = pledged.tenant;
    message->topic = pledged.topic;
    message->payload = text_of(pledged.payload);
    message->properties.assign(pledged.properties.begin(), pledged.properties.end());
    message->qos = pledged.qos;
    if (auto read = decode_context(pledged.context, *message); !read) return read;
    const std::scoped_lock lock(mutex_);
    // It is on disk, so any loop may remove it.
    message->hold = hold(*message, 0, pledged.number);
    last_number_ = std::max(last_number_, pledged.number);
    restored_.push_back(std::move(message));
    return {};
}

MessagePtr Pledges::take_restored() {
    const std::scoped_lock lock(mutex_);
    if (restored_.empty()) return nullptr;
    MessagePtr first = std::move(restored_.front());
    restored_.pop_front();
    return first;
}

Bytes encode_context(const Message& message) {
    Bytes context{context_form, message.hops};
    for (const std::string* const text : context_texts(message)) {
        const auto size = static_cast<std::uint32_t>(text->size());
        const auto* raw = reinterpret_cast<const std::uint8_t*>(&size);
        context.insert(context.end(), raw, raw + sizeof size);
        context.insert(context.end(), text->begin(), text->end());
    }
    return context;
}

Result<void> decode_context(BytesView context, Message& message) {
    const auto damaged = [] {
        return fail(ErrorKind::Corrupt, "the stored messages of topic rules are damaged");
    };
    if (context.size() < context_head_bytes || context[0] != context_form) return damaged();
    message.hops = context[1];
    context = context.subspan(context_head_bytes);
    for (std::string* const text : context_texts(message)) {
        std::uint32_t size = 0;
        if (context.size() < sizeof size) return damaged();
        std::memcpy(&size, context.data(), sizeof size);
        context = context.subspan(sizeof size);
        if (context.size() < size) return damaged();
        *text = text_of(context.first(size));
        context = context.subspan(size);
    }
    if (!context.empty()) return damaged();
    return {};
}

}  // namespace gatehouse::rules
