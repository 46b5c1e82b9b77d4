#include "broker/stored_message.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <vector>

namespace gatehouse::broker {
namespace {

// Memory of small messages, kept for the next one: a message that is queued or in flight for a
// moment costs no allocation. One a thread, since messages stay on theirs.
class SmallBlocks {
public:
    ~SmallBlocks() {
        for (auto& blocks : free_) {
            for (void* block : blocks) ::operator delete(block);
        }
    }
    void* take(std::size_t bytes) {
        if (bytes > bytes_max) return ::operator new(bytes);
        auto& blocks = free_[class_of(bytes)];
        if (blocks.empty()) return ::operator new((class_of(bytes) + 1) * step);
        void* block = blocks.back();
        blocks.pop_back();
        return block;
    }
    void give(void* block, std::size_t bytes) {
        if (bytes <= bytes_max && free_[class_of(bytes)].size() < kept_max) {
            free_[class_of(bytes)].push_back(block);
        } else {
            ::operator delete(block);
        }
    }

private:
    static constexpr std::size_t step = 64;
    static constexpr std::size_t bytes_max = 512;
    static constexpr std::size_t kept_max = 4096;
    static std::size_t class_of(std::size_t bytes) { return (bytes - 1) / step; }

    std::array<std::vector<void*>, bytes_max / step> free_;
};

thread_local SmallBlocks small_blocks;

}  // namespace

Publication StoredMessage::publication(SteadyTime now) const {
    Publication publication;
    const auto* data = reinterpret_cast<const std::uint8_t*>(text_at(topic_size_));
    publication.properties = {data, properties_size_};
    publication.payload = {data + properties_size_, payload_size_};
    publication.qos = qos_;
    publication.retain = retain_;
    if (expires_at_ != SteadyTime::max()) {
        const auto left = std::chrono::ceil<std::chrono::seconds>(expires_at_ - now).count();
        publication.expiry_seconds = static_cast<std::uint32_t>(std::max<std::int64_t>(left, 1));
        publication.expiry_at = expiry_at_;
    }
    return publication;
}

MessageRef MessageRef::make(std::string_view topic, const Publication& publication,
                            SteadyTime now) {
    const std::size_t bytes = sizeof(StoredMessage) + topic.size() + publication.properties.size() +
                              publication.payload.size();
    auto* message = new (small_blocks.take(bytes)) StoredMessage;
    message->topic_size_ = static_cast<std::uint32_t>(topic.size());
    message->properties_size_ = static_cast<std::uint32_t>(publication.properties.size());
    message->payload_size_ = static_cast<std::uint32_t>(publication.payload.size());
    message->qos_ = publication.qos;
    message->retain_ = publication.retain;
    if (publication.expiry_seconds != never_expires) {
        message->expiry_at_ = publication.expiry_at;
        message->expires_at_ = now + std::chrono::seconds(publication.expiry_seconds);
    }
    auto* out = reinterpret_cast<char*>(message + 1);
    const auto append = [&out](const void* data, std::size_t size) {
        if (size != 0) std::memcpy(out, data, size);
        out += size;
    };
    append(topic.data(), topic.size());
    append(publication.properties.data(), publication.properties.size());
    append(publication.payload.data(), publication.payload.size());
    return MessageRef(message);
}

MessageRef MessageRef::copy(const StoredMessage& message, SteadyTime now) {
    MessageRef copy = make(message.topic(), message.publication(now), now);
    copy.message_->expires_at_ = message.expires_at_;
    return copy;
}

void MessageRef::release() {
    if (--message_->references_ == 0) {
        const std::size_t bytes = message_->bytes();
        message_->~StoredMessage();
        small_blocks.give(message_, bytes);
    }
}

}  // namespace gatehouse::broker
