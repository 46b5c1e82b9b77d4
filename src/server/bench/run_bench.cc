#include "server/bench/run_bench.h"

#include <fmt/format.h>

#include <utility>

#include "base/descriptor_limit.h"
#include "server/bench/bench_progress.h"
#include "server/bench/bench_result.h"
#include "server/bench/broker_address.h"
#include "server/device/stop_signal.h"

namespace gatehouse::server::bench {
namespace {

// What the process has open besides its connections.
constexpr std::uint64_t other_descriptors = 32;

void take_descriptors(const Invocation& invocation, const BenchWish& wish) {
    const std::uint64_t wanted = wish.connections() + other_descriptors;
    const std::uint64_t limit = raise_descriptor_limit(wanted);
    if (limit == 0 || limit >= wanted) return;
    print(invocation.err,
          fmt::format("{}: {} connections need {} descriptors, and this process may open {}; "
                      "`ulimit -n {}` as root allows more\n",
                      invocation.words, wish.connections(), wanted, limit, wanted));
}

Exit tell(const Invocation& invocation, const BenchWish& wish, const BenchResult& result) {
    print(invocation.out, wish.json ? json_of(result) : table_of(result));
    return exit_of(result);
}

Exit run_traffic(const Invocation& invocation, BenchWish& wish, async::EventLoop& loop,
                 BenchProgress& progress) {
    load::Traffic traffic(loop, wish.plan, [&](load::Phase phase) {
        return progress.goes_on(phase, traffic.arrivals(), &traffic);
    });
    traffic.connect();
    BenchResult result{.kind = wish.kind,
                       .is_acknowledged = wish.plan.qos != mqtt::Qos::AtMostOnce,
                       .connections_wanted = wish.connections(),
                       .arrivals = traffic.arrivals()};
    const SteadyTime start = loop.clock().steady_now();
    if (wish.duration) {
        traffic.run_for(*wish.duration);
    } else {
        traffic.run_for(std::chrono::nanoseconds::max());
    }
    result.seconds = std::chrono::duration<double>(loop.clock().steady_now() - start).count();
    result.sent_in_time = traffic.tally().sent;
    result.sent_bytes_in_time = traffic.tally().sent_bytes;
    result.received_in_time = traffic.tally().received;
    result.received_bytes_in_time = traffic.tally().received_bytes;
    traffic.drain();
    result.tally = traffic.tally();
    result.totals = traffic.totals();
    return tell(invocation, wish, result);
}

Exit run_connects(const Invocation& invocation, BenchWish& wish, async::EventLoop& loop,
                  BenchProgress& progress) {
    const load::TrafficPlan& plan = wish.plan;
    if (wish.reconnect) {
        load::Arrivals visits;
        make_visits(
            loop,
            {.target = plan.target,
             .prefix = plan.prefix,
             .at_once = plan.clients,
             .duration = *wish.duration,
             .pace = plan.pace},
            [&](load::Phase phase) { return progress.goes_on(phase, visits, nullptr); }, visits);
        return tell(invocation, wish, {.kind = wish.kind, .arrivals = visits});
    }
    load::Crowd crowd(
        loop, {.target = plan.target, .prefix = plan.prefix, .pace = plan.pace},
        [&](load::Phase phase) { return progress.goes_on(phase, crowd.arrivals(), nullptr); });
    crowd.grow_to(plan.clients);
    if (wish.duration) crowd.stay_for(*wish.duration);
    return tell(invocation, wish,
                {.kind = wish.kind,
                 .connections_wanted = wish.connections(),
                 .arrivals = crowd.arrivals()});
}

}  // namespace

Exit run_bench(const Invocation& invocation, BenchWish wish) {
    load::ClientContext context;
    if (wish.tls) {
        auto made = make_client_context(*wish.tls);
        if (!made) return report(invocation, made.error(), Exit::WrongUse);
        context = std::move(*made);
        wish.plan.target.tls = context.get();
    }
    const auto address = find_broker(wish.host, wish.port);
    if (!address) return report(invocation, address.error(), Exit::Unreachable);
    wish.plan.target.address = *address;
    take_descriptors(invocation, wish);
    const auto stop = device::StopSignal::watch();
    if (!stop) return report(invocation, stop.error());
    const SystemClock clock;
    async::EventLoop loop(clock, {});
    BenchProgress progress(wish.kind, clock, **stop, invocation.err);
    if (wish.kind == Kind::Connect) return run_connects(invocation, wish, loop, progress);
    return run_traffic(invocation, wish, loop, progress);
}

}  // namespace gatehouse::server::bench
