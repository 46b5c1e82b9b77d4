#include "broker/stored_message.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace gatehouse::broker {

std::size_t StoredMessage::bytes() const {
    return sizeof(StoredMessage) + topic_size_ + properties_size_ + payload_size_;
}

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
    auto* message = new (::operator new(bytes)) StoredMessage;
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

void MessageRef::release() {
    if (message_ != nullptr && --message_->references_ == 0) {
        message_->~StoredMessage();
        ::operator delete(message_);
    }
}

}  // namespace gatehouse::broker
