#include "server/serve/broker_reading.h"

#include "async/run_on.h"
#include "gateway/loop_gateway.h"

namespace gatehouse::server {
namespace {

async::Task<BrokerReading> read_shard(const broker::Shard& shard) {
    co_return BrokerReading{.sessions = shard.session_count(),
                            .queued_bytes = shard.queued_bytes(),
                            .in_flight_bytes = shard.in_flight_bytes(),
                            .waiting_for_disk = shard.waiting_for_disk()};
}

}  // namespace

async::Task<BrokerReading> read_broker(gateway::Gateway& gateway) {
    BrokerReading all;
    for (std::size_t i = 0; i < gateway.loop_count(); ++i) {
        gateway::LoopGateway& loop = gateway.on_loop(i);
        const BrokerReading one =
            co_await async::run_on<BrokerReading>(loop.loop(), *async::EventLoop::current(),
                                                  [&loop] { return read_shard(loop.shard()); });
        all.sessions += one.sessions;
        all.queued_bytes += one.queued_bytes;
        all.in_flight_bytes += one.in_flight_bytes;
        all.waiting_for_disk += one.waiting_for_disk;
    }
    co_return all;
}

std::uint64_t open_connections(gateway::Gateway& gateway) {
    std::int64_t open = 0;
    for (std::size_t i = 0; i < gateway.loop_count(); ++i)
        open += gateway.on_loop(i).gauges().all();
    return static_cast<std::uint64_t>(open);
}

std::uint64_t subscriptions(gateway::Gateway& gateway) {
    using broker::Counters;
    return sum_of(gateway, [](const Counters& c) -> const auto& { return c.subscribed; }) -
           sum_of(gateway, [](const Counters& c) -> const auto& { return c.unsubscribed; });
}

}  // namespace gatehouse::server
