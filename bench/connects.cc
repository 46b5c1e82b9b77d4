#include <fmt/format.h>

#include "load/crowd.h"
#include "process_usage.h"
#include "scenarios.h"

namespace gatehouse::bench {
namespace {

load::Arrivals make_visits(async::EventLoop& loop, const Load& load, std::uint64_t count) {
    load::Arrivals arrivals;
    load::make_visits(
        loop,
        {.target = load.target,
         .prefix = "visitor",
         .at_once = load.parallel,
         .visits = count,
         .up_to = load.handshake_only ? load::UpTo::Handshake : load::UpTo::Connack},
        [](load::Phase) { return true; }, arrivals);
    return arrivals;
}

std::uint64_t warm_up_visits(const Load& load) {
    return load.parallel * 2;
}

}  // namespace

std::uint64_t visits_of(const Load& load) {
    return warm_up_visits(load) + load.count;
}

int run_connects(async::EventLoop& loop, const Load& load) {
    make_visits(loop, load, warm_up_visits(load));

    const auto before = usage_of(load.server);
    const auto start = std::chrono::steady_clock::now();
    const load::Arrivals visits = make_visits(loop, load, load.count);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    const std::chrono::duration<double, std::micro> cpu = usage_of(load.server).cpu - before.cpu;
    const auto made = static_cast<double>(load.count);
    const std::uint64_t refused = load::total(visits.failed);
    fmt::print("{{\"served\": {}, \"refused\": {}, \"per_second\": {:.1f}, \"cpu_us\": {:.1f}}}\n",
               visits.succeeded, refused, made / seconds.count(), cpu.count() / made);
    return refused == 0 ? 0 : 1;
}

}  // namespace gatehouse::bench
