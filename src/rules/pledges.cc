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

constexpr std::size_t all_tenants_times = 4;
constexpr std::size_t made_by_rules_times = 2;

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
    std::swap(ledger_, other.ledger_);
    std::swap(held_, other.held_);
    return *this;
}

PledgeHold::~PledgeHold() {
    if (held_ == nullptr) return;
    ledger_->remove(held_->facts, held_->stays_on_disk ? PledgeLedger::OnDisk::Leave
                                                       : PledgeLedger::OnDisk::Remove);
}

void PledgeHold::cancel() {
    if (held_ != nullptr) ledger_->remove(held_->facts, PledgeLedger::OnDisk::Leave);
    held_.reset();
}

// --- the ledger ------------------------------------------------------------------------------

void PledgeLedger::serve(broker::Broker* broker) {
    const std::scoped_lock lock(mutex_);
    broker_ = broker;
}

bool PledgeLedger::has_room(const Use& use, std::size_t bytes, const PledgeBounds& bounds,
                            std::size_t times) {
    if (use.messages == 0) return true;
    return use.messages < bounds.messages_max * times &&
           use.bytes + bytes <= bounds.bytes_max * times;
}

std::optional<std::uint64_t> PledgeLedger::add(const Message& message, std::size_t bytes) {
    const std::scoped_lock lock(mutex_);
    const std::size_t times = message.hops == 0 ? 1 : made_by_rules_times;
    const auto use = uses_.find(message.tenant);
    if (use != uses_.end() && !has_room(use->second, bytes, bounds_, times)) return std::nullopt;
    if (!has_room(all_, bytes, bounds_, all_tenants_times * times)) return std::nullopt;
    count(message.tenant, bytes);
    return ++last_number_;
}

void PledgeLedger::add_restored(const PledgeHold::Facts& facts) {
    const std::scoped_lock lock(mutex_);
    count(facts.tenant, facts.bytes);
    last_number_ = std::max(last_number_, facts.number);
}

void PledgeLedger::count(const Tenant& tenant, std::size_t bytes) {
    for (Use* const use : {&uses_[tenant], &all_}) {
        ++use->messages;
        use->bytes += bytes;
    }
}

void PledgeLedger::remove(const PledgeHold::Facts& facts, OnDisk on_disk) {
    const std::scoped_lock lock(mutex_);
    const auto found = uses_.find(facts.tenant);
    for (Use* const use : {&found->second, &all_}) {
        --use->messages;
        use->bytes -= facts.bytes;
    }
    if (found->second.messages == 0) uses_.erase(found);
    if (broker_ != nullptr && on_disk == OnDisk::Remove) {
        broker_->release_pledge(facts.loop, facts.number);
    }
}

// --- pledges ---------------------------------------------------------------------------------

void Pledges::close() {
    ledger_->serve(nullptr);
    restored_.clear();
}

std::optional<PledgeHold> Pledges::make(const Message& message, std::size_t loop,
                                        std::size_t actions) {
    // Each action has a payload of its own.
    const std::size_t bytes = message.bytes() * std::max<std::size_t>(1, actions);
    const auto number = ledger_->add(message, bytes);
    if (!number) return std::nullopt;
    return PledgeHold(ledger_,
                      {.loop = loop, .number = *number, .tenant = message.tenant, .bytes = bytes});
}

Result<void> Pledges::restore(const broker::PledgedMessage& pledged) {
    auto message = std::make_shared<Message>();
    message->tenant = pledged.tenant;
    message->topic = pledged.topic;
    message->payload = text_of(pledged.payload);
    message->properties.assign(pledged.properties.begin(), pledged.properties.end());
    message->qos = pledged.qos;
    if (auto read = decode_context(pledged.context, *message); !read) return read;
    // It is on disk, so any loop may remove it.
    PledgeHold::Facts facts{
        .loop = 0, .number = pledged.number, .tenant = pledged.tenant, .bytes = message->bytes()};
    ledger_->add_restored(facts);
    message->hold = PledgeHold(ledger_, std::move(facts));
    restored_.push_back(std::move(message));
    return {};
}

std::shared_ptr<Message> Pledges::take_restored() {
    if (restored_.empty()) return nullptr;
    auto first = std::move(restored_.front());
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
