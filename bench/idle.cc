#include <fmt/format.h>

#include "load/crowd.h"
#include "process_usage.h"
#include "scenarios.h"

namespace gatehouse::bench {
namespace {

// Fill what is bounded in number rather than by connection: pools, tables, the latest traces.
constexpr std::size_t warm_up_connections = 1500;
constexpr std::chrono::milliseconds rest{500};

}  // namespace

int run_idle(async::EventLoop& loop, const Load& load) {
    load::Crowd crowd(loop, {.target = load.target, .prefix = "sleeper"},
                      [](load::Phase) { return true; });
    // The server's memory when it has come to rest.
    const auto settled_memory = [&] {
        crowd.stay_for(rest);
        return usage_of(load.server).resident_bytes;
    };
    crowd.grow_to(warm_up_connections);
    const std::uint64_t before = settled_memory();
    crowd.grow_to(warm_up_connections + load.count);
    const std::uint64_t after = settled_memory();
    const double grown = static_cast<double>(after) - static_cast<double>(before);
    const load::Arrivals& arrivals = crowd.arrivals();
    const std::uint64_t lost = load::total(arrivals.failed) + load::total(arrivals.lost);
    fmt::print("{{\"connections\": {}, \"lost\": {}, \"bytes\": {:.0f}, \"resident\": {}}}\n",
               arrivals.open, lost, grown / static_cast<double>(load.count), after);
    return lost == 0 ? 0 : 1;
}

}  // namespace gatehouse::bench
