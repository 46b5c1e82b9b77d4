// A message that outlives its publish: queued for a session, unacknowledged, retained.
//
// Threads: immutable after make(). MessageRef counts without atomics and stays on one loop; a
// message that is shared between loops (retained) is held by std::shared_ptr instead.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/clock.h"
#include "broker/publication.h"

namespace gatehouse::broker {

// Of a message that a session was given, on disk (journal.h); grows. 0: none.
using RecordNumber = std::uint64_t;

// One allocation: the header, then topic, properties, payload.
class StoredMessage {
public:
    // The bytes that it takes, header included.
    std::size_t bytes() const {
        return sizeof(StoredMessage) + topic_size_ + properties_size_ + payload_size_;
    }
    // That a publication would take.
    static std::size_t bytes_of(std::string_view topic, const Publication& publication) {
        return sizeof(StoredMessage) + topic.size() + publication.properties.size() +
               publication.payload.size();
    }
    std::string_view topic() const { return {text_at(0), topic_size_}; }
    mqtt::Qos qos() const { return qos_; }
    bool is_expired(SteadyTime now) const { return now >= expires_at_; }
    SteadyTime expires_at() const { return expires_at_; }  // max(): never
    // As a publication at `now`, with the expiry that is left (at least 1 second).
    Publication publication(SteadyTime now) const;

    // Its record on disk (journal.h), which stays while at least one session's record needs it.
    std::uint64_t record() const { return record_; }
    // One more needs it. False: there is none.
    bool add_record() const {
        if (records_ == 0) return false;
        ++records_;
        return true;
    }
    // The record has this number, and one more needs it.
    void adopt_record(std::uint64_t record) const {
        record_ = record;
        ++records_;
    }
    // One less needs it. Whether it was the last.
    bool remove_record() const { return --records_ == 0; }

private:
    friend class MessageRef;
    StoredMessage() = default;
    const char* text_at(std::size_t offset) const {
        return reinterpret_cast<const char*>(this + 1) + offset;
    }

    std::uint32_t references_ = 0;
    mutable std::uint32_t records_ = 0;
    mutable std::uint64_t record_ = 0;
    std::uint32_t properties_size_ = 0;
    std::uint32_t payload_size_ = 0;
    std::uint32_t topic_size_ = 0;
    std::uint32_t expiry_at_ = 0;
    SteadyTime expires_at_ = SteadyTime::max();
    mqtt::Qos qos_ = mqtt::Qos::AtMostOnce;
    Retain retain_ = Retain::No;
};

class MessageRef {
public:
    MessageRef() = default;
    // A copy of the publication, made at `now`.
    static MessageRef make(std::string_view topic, const Publication& publication, SteadyTime now);
    // Of one that other loops use; it expires when that one does.
    static MessageRef copy(const StoredMessage& message, SteadyTime now);
    MessageRef(const MessageRef& other) : message_(other.message_) { retain(); }
    MessageRef(MessageRef&& other) noexcept : message_(std::exchange(other.message_, nullptr)) {}
    MessageRef& operator=(MessageRef other) noexcept {
        std::swap(message_, other.message_);
        return *this;
    }
    ~MessageRef() {
        if (message_ != nullptr) release();
    }

    explicit operator bool() const { return message_ != nullptr; }
    const StoredMessage& operator*() const { return *message_; }
    const StoredMessage* operator->() const { return message_; }

private:
    explicit MessageRef(StoredMessage* message) : message_(message) { retain(); }
    void retain() const {
        if (message_ != nullptr) ++message_->references_;
    }
    // Requires: there is one.
    void release();

    StoredMessage* message_ = nullptr;
};

}  // namespace gatehouse::broker
