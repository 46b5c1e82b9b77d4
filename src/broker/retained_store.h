// The retained messages of one tenant: the last one of each topic, in memory.
//
// Threads: any. Messages are immutable and shared.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/pinned.h"
#include "base/profile.h"
#include "broker/publication.h"

namespace gatehouse::broker {

// What the server tells of itself, which no client may publish: it lasts no longer than the server
// and counts towards no bound.
inline bool is_of_server(std::string_view topic) {
    return topic.starts_with("$SYS/");
}

struct RetainedMessage {
    std::string topic;
    Bytes payload;
    Bytes properties;
    SteadyTime expires_at = SteadyTime::max();
    std::uint32_t expiry_at = 0;      // as Publication::expiry_at
    std::int64_t retained_at = 0;     // milliseconds since 1970; 0: not known
    std::uint64_t version = 0;        // RetainedStore::Put::version; 0: from before a restart
    std::uint64_t first_version = 0;  // before a later one was taken back
    mqtt::Qos qos = mqtt::Qos::AtMostOnce;

    bool is_expired(SteadyTime now) const { return now >= expires_at; }
    // With the expiry that is left.
    Publication publication(SteadyTime now) const;
    // The bytes that it takes, about.
    std::size_t bytes() const {
        return sizeof(RetainedMessage) + topic.size() + payload.size() + properties.size();
    }
    static std::size_t bytes_of(std::string_view topic, const Publication& publication) {
        return sizeof(RetainedMessage) + topic.size() + publication.payload.size() +
               publication.properties.size();
    }
};
// How much is retained, or may be.
struct RetainedSize {
    std::size_t messages = 0;
    std::size_t bytes = 0;
};
using RetainedRef = std::shared_ptr<const RetainedMessage>;

class RetainedStore : Pinned {
public:
    // Nothing: there was nothing to remove.
    enum class Outcome : std::uint8_t { Stored, Removed, Nothing, Full };

    // Keeps the message; an empty payload removes what is kept. Full: those of clients' topics
    // would be more than `most`.
    // `version` grows with each put of the store.
    // `before`: what the topic had; `stored`: what it has now.
    struct Put {
        Outcome outcome;
        std::uint64_t version = 0;
        RetainedRef before = nullptr;
        RetainedRef stored = nullptr;
    };
    struct Moment {
        SteadyTime now;
        std::int64_t wall_ms = 0;  // RetainedMessage::retained_at
    };
    Put put(std::string_view topic, const Publication& publication, Moment at, RetainedSize most);
    // Whether put() would find room at this moment.
    bool has_room(std::string_view topic, const Publication& publication, RetainedSize most) const;
    // Unless the topic was given another one since: what it had before is its retained message
    // again, or it has none. The version of that; 0: nothing was done.
    std::uint64_t take_back(const Put& put);
    // Puts back what was kept before a restart, and makes versions go on above.
    void restore(RetainedMessage message);
    void begin_after(std::uint64_t version);
    // The message of this very topic; null if there is none.
    RetainedRef find(std::string_view topic, SteadyTime now) const;
    // Those whose topics a filter matches, among the next `looked_at_max` topics in their order.
    struct Matching {
        std::vector<RetainedRef> messages;
        std::string next;  // where to go on; empty: there are no more
        std::size_t looked_at = 0;
    };
    Matching match(std::string_view filter, ParentMatch parent_match, SteadyTime now,
                   std::string_view from, std::size_t looked_at_max) const;
    // The version of the last put.
    std::uint64_t version() const;
    // Likewise; nothing: there is no message. Whoever puts one after this call sees what the caller
    // did before it.
    std::optional<std::uint64_t> version_if_any() const;
    // Removes what has expired, at most `limit`.
    struct Removed {
        std::string topic;
        std::uint64_t version;
    };
    std::vector<Removed> take_expired(SteadyTime now, std::size_t limit);
    // At most `limit` in the order of their topics, those behind `after`.
    std::vector<RetainedRef> page(std::string_view after, std::size_t limit, SteadyTime now) const;
    // Whether there is any at all; cheap.
    std::size_t size() const { return count_.load(std::memory_order_relaxed); }
    // Without the server's own; cheap.
    std::size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

private:
    using Messages = std::map<std::string, RetainedRef, std::less<>>;
    void insert(RetainedRef message);
    void erase(Messages::iterator place);
    enum class Counted : std::uint8_t { Added, Removed };
    void count_bytes(const RetainedMessage& message, Counted counted);
    void note_size();
    bool has_room(std::string_view topic, std::size_t bytes, Messages::const_iterator existing,
                  RetainedSize most) const;

    mutable std::mutex mutex_;
    Messages messages_;  // guarded by mutex_
    // When, and the topic in messages_; guarded by mutex_.
    std::set<std::pair<SteadyTime, std::string_view>> expiries_;
    std::uint64_t version_ = 0;  // guarded by mutex_
    std::size_t of_server_ = 0;  // of messages_; guarded by mutex_
    std::atomic<std::size_t> count_{0};
    std::atomic<std::size_t> bytes_{0};  // written with mutex_ held
    std::atomic<SteadyTime> next_expiry_{SteadyTime::max()};
};

}  // namespace gatehouse::broker
