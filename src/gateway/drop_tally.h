// What one loop's sessions were not given, collected until it is told: each principal's messages to
// a client, of one cause, at most once a minute, so that a flood of drops is no flood of records.
//
// Threads: one loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/tenant.h"
#include "broker/session_observer.h"
#include "mqtt/protocol.h"

namespace gatehouse::gateway {

class DropTally {
public:
    // Clients, principals and causes at a time; what is dropped of others meanwhile is counted
    // together.
    static constexpr std::size_t entries_max = 1024;
    // Longer texts are cut.
    static constexpr std::size_t text_bytes_max = 256;
    static constexpr std::chrono::seconds told_every{60};

    struct Dropped {
        Tenant tenant;
        std::string client_id;     // empty: of many clients
        std::string principal_id;  // empty: of many clients, or not known
        std::string source_ip;     // empty: the client was away, or of many
        broker::DropCause cause{};
        std::uint64_t count = 0;
        // Of the first of these.
        std::string topic;
        mqtt::Qos qos{};
        bool was_online = false;
    };

    // What is counted together: all that a level of the log may be set for is the same. Borrowed
    // for the duration of a call.
    struct Subject {
        const Tenant& tenant;
        std::string_view client_id;
        std::string_view principal_id;
        std::string_view source_ip;
        broker::DropCause cause{};
    };
    struct Message {
        std::string_view topic;
        mqtt::Qos qos{};
        bool is_online = false;  // its client
    };

    // Counts one more of a subject that has an entry, without allocating but for the first after
    // each take(). False: it has none, and add() is to be called if the log wants it.
    bool count(const Subject& subject, const Message& message);
    // Makes an entry with this message. Requires: count() returned false.
    void add(const Subject& subject, const Message& message);
    // What is to be told at `now`.
    std::vector<Dropped> take(SteadyTime now);
    // Whether take() may have something later.
    bool is_empty() const { return entries_.empty() && others_.empty(); }

private:
    struct Key {
        explicit Key(const Subject& subject)
            : tenant(subject.tenant),
              client_id(subject.client_id),
              principal_id(subject.principal_id),
              source_ip(subject.source_ip),
              cause(subject.cause) {}
        operator Subject() const {  // NOLINT: looked up as one
            return {tenant, client_id, principal_id, source_ip, cause};
        }

        Tenant tenant;
        std::string client_id;
        std::string principal_id;
        std::string source_ip;
        broker::DropCause cause{};
    };
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(const Subject& subject) const noexcept;
    };
    struct Equal {
        using is_transparent = void;
        bool operator()(const Subject& left, const Subject& right) const noexcept;
    };
    struct Entry {
        std::uint64_t count = 0;
        std::string topic;
        mqtt::Qos qos{};
        bool was_online = false;
        SteadyTime tell_at = SteadyTime::min();
    };

    static void count(Entry& entry, const Message& message);

    std::unordered_map<Key, Entry, Hash, Equal> entries_;
    // Of clients without an entry; client, principal and address are empty.
    std::unordered_map<Key, std::uint64_t, Hash, Equal> others_;
    SteadyTime tell_others_at_ = SteadyTime::min();
};

}  // namespace gatehouse::gateway
