// What one loop's sessions were not given, collected until it is told: each client's messages of
// one cause at most once a minute, so that a flood of drops is no flood of records.
//
// Threads: one loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/clock.h"
#include "base/tenant.h"
#include "broker/session_observer.h"
#include "mqtt/protocol.h"

namespace gatehouse::gateway {

class DropTally {
public:
    // Clients and causes at a time; what is dropped of others meanwhile is counted together.
    static constexpr std::size_t entries_max = 1024;
    // Longer topics and client ids are cut.
    static constexpr std::size_t text_bytes_max = 256;
    static constexpr std::chrono::seconds told_every{60};

    struct Dropped {
        Tenant tenant;
        std::string client_id;  // empty: of many clients
        broker::DropCause cause{};
        std::uint64_t count = 0;
        std::string topic;  // of the last one
        mqtt::Qos qos{};    // likewise
        bool was_online = false;
    };

    void note(const Tenant& tenant, std::string_view client_id, broker::DropCause cause,
              std::string_view topic, mqtt::Qos qos, bool is_online);
    // What is to be told at `now`.
    std::vector<Dropped> take(SteadyTime now);
    // Whether take() may have something later.
    bool is_empty() const { return entries_.empty() && others_.empty(); }

private:
    using Key = std::tuple<Tenant, std::string, broker::DropCause>;
    struct Entry {
        std::uint64_t count = 0;
        std::string topic;
        mqtt::Qos qos{};
        bool was_online = false;
        SteadyTime tell_at = SteadyTime::min();
    };

    std::map<Key, Entry> entries_;
    std::map<std::pair<Tenant, broker::DropCause>, std::uint64_t> others_;
    SteadyTime tell_others_at_ = SteadyTime::min();
};

}  // namespace gatehouse::gateway
