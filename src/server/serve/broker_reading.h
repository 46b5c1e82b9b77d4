// How much there is of what the broker holds and has done, over all loops.
//
// Threads: from a task on any loop; each loop is asked what only it knows.
#pragma once

#include <cstdint>

#include "async/task.h"
#include "gateway/gateway.h"

namespace gatehouse::server {

struct BrokerReading {
    std::uint64_t sessions = 0;
    std::uint64_t queued_bytes = 0;
    std::uint64_t in_flight_bytes = 0;
    std::uint64_t waiting_for_disk = 0;
};
async::Task<BrokerReading> read_broker(gateway::Gateway& gateway);

// The sum of one of the broker's counters; `pick` takes it from a loop's Counters.
template <class Pick>
std::uint64_t sum_of(gateway::Gateway& gateway, Pick pick) {
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < gateway.loop_count(); ++i) {
        total += pick(gateway.parts().broker.shard(i).counters()).value();
    }
    return total;
}

std::uint64_t open_connections(gateway::Gateway& gateway);
std::uint64_t subscriptions(gateway::Gateway& gateway);

}  // namespace gatehouse::server
