#include "load/traffic.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

#include "bystanders.h"
#include "process_usage.h"
#include "scenarios.h"

namespace gatehouse::bench {
namespace {

using std::chrono::steady_clock;
constexpr std::chrono::milliseconds warm_up{300};

load::TrafficPlan plan_of(const Load& load, load::Role role) {
    using Session = load::Client::Session;
    return {.target = load.target,
            .role = role,
            .clients = load.clients,
            .topic = role == load::Role::Pairs ? "bench/%i/data" : "bench/all/data",
            .qos = load.qos,
            .payload_bytes = load.payload_bytes,
            .in_flight_max = load.in_flight,
            .rate = static_cast<double>(load.rate),
            .subscriber_session = load.durable ? Session::Kept : Session::Clean,
            .subscribers_offline = load.offline ? load::Offline::Yes : load::Offline::No,
            .pace = {.under_way_max = 16}};
}

bool are_all_in(const load::Arrivals& arrivals) {
    for (const auto& [reason, count] : arrivals.failed) {
        fmt::print(stderr, "bench_load: {} × {}\n", count, reason);
    }
    return arrivals.failed.empty();
}

std::uint64_t allocations_of(const Load& load) {
    std::uint64_t count = 0;
    if (load.allocations.empty()) return count;
    std::ifstream(load.allocations, std::ios::binary)
        .read(reinterpret_cast<char*>(&count), sizeof count);
    return count;
}

struct Measured {
    double delivered = 0;
    double seconds = 0;
    double cpu_us = 0;  // of all messages together
    double allocations = 0;
    double p50_us = 0;
};

Measured measure(load::Traffic& traffic, const Load& load) {
    const auto delivered = [&] {
        return load.offline ? traffic.tally().acknowledged : traffic.tally().received;
    };
    const std::uint64_t before = delivered();
    traffic.tally().recent.clear();
    const std::uint64_t allocations = allocations_of(load);
    const ProcessUsage used = usage_of(load.server);
    const auto start = steady_clock::now();
    traffic.run_for(load.duration);
    const std::chrono::duration<double> seconds = steady_clock::now() - start;
    const std::chrono::duration<double, std::micro> cpu = usage_of(load.server).cpu - used.cpu;
    const std::chrono::duration<double, std::micro> p50 = traffic.tally().recent.at(0.5);
    return {.delivered = static_cast<double>(delivered() - before),
            .seconds = seconds.count(),
            .cpu_us = cpu.count(),
            .allocations = static_cast<double>(allocations_of(load) - allocations),
            .p50_us = p50.count()};
}

}  // namespace

int run_traffic(async::EventLoop& loop, const Load& load, load::Role role) {
    Bystanders bystanders(loop, load.target, load.others);
    bystanders.connect();
    load::Traffic traffic(loop, plan_of(load, role), [](load::Phase) { return true; });
    if (are_all_in(bystanders.arrivals())) traffic.connect();
    if (!bystanders.arrivals().failed.empty() || !are_all_in(traffic.arrivals())) return 1;
    traffic.run_for(warm_up);
    // What counts system calls from outside starts at this line and stops at the next.
    fmt::print("{{\"measuring\": true}}\n");
    std::fflush(stdout);
    const Measured measured = measure(traffic, load);
    traffic.drain();
    const load::Traffic::Totals all = traffic.totals();
    const double messages = std::max(measured.delivered, 1.0);
    fmt::print(
        "{{\"delivered\": {:.0f}, \"per_second\": {:.0f}, \"cpu_us\": {:.4f}, \"p50_us\": {:.1f}, "
        "\"allocations\": {:.4f}, \"lost\": {}, \"duplicates\": {}}}\n",
        measured.delivered, measured.delivered / measured.seconds, measured.cpu_us / messages,
        measured.p50_us, measured.allocations / messages, all.lost, all.duplicates);
    const bool all_stayed = traffic.arrivals().lost.empty() && bystanders.arrivals().lost.empty();
    return all_stayed && all.lost == 0 ? 0 : 1;
}

}  // namespace gatehouse::bench
