#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "load/traffic.h"
#include "process_usage.h"
#include "scenarios.h"

namespace gatehouse::bench {
namespace {

using std::chrono::steady_clock;
constexpr std::chrono::milliseconds warm_up{300};

load::TrafficPlan plan_of(const Load& load) {
    using Session = load::Client::Session;
    return {.target = load.target,
            .clients = load.pairs,
            .qos = load.qos,
            .payload_bytes = load.payload_bytes,
            .in_flight_max = load.in_flight,
            .rate = static_cast<double>(load.rate),
            .subscriber_session = load.durable ? Session::Kept : Session::Clean,
            .subscribers_offline = load.offline ? load::Offline::Yes : load::Offline::No,
            .pace = {.under_way_max = 1}};
}

}  // namespace

int run_pairs(async::EventLoop& loop, const Load& load) {
    load::Traffic traffic(loop, plan_of(load), [](load::Phase) { return true; });
    traffic.connect();
    for (const auto& [reason, count] : traffic.arrivals().failed) {
        fmt::print(stderr, "bench_load: {} × {}\n", count, reason);
    }
    if (!traffic.arrivals().failed.empty()) return 1;
    const auto delivered = [&] {
        return load.offline ? traffic.tally().acknowledged : traffic.tally().received;
    };
    traffic.run_for(warm_up);
    // What counts system calls from outside starts at this line and stops at the next.
    fmt::print("{{\"measuring\": true}}\n");
    std::fflush(stdout);
    const std::uint64_t before = delivered();
    const ProcessUsage used = usage_of(load.server);
    const auto start = steady_clock::now();
    traffic.run_for(load.duration);
    const std::chrono::duration<double> seconds = steady_clock::now() - start;
    const std::chrono::duration<double, std::micro> cpu = usage_of(load.server).cpu - used.cpu;
    const auto count = static_cast<double>(delivered() - before);
    traffic.drain();
    const load::Traffic::Totals all = traffic.totals();
    fmt::print(
        "{{\"delivered\": {:.0f}, \"per_second\": {:.0f}, \"cpu_us\": {:.4f}, \"lost\": {}, "
        "\"duplicates\": {}}}\n",
        count, count / seconds.count(), cpu.count() / std::max(count, 1.0), all.lost,
        all.duplicates);
    return traffic.arrivals().lost.empty() && all.lost == 0 ? 0 : 1;
}

}  // namespace gatehouse::bench
