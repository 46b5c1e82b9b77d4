// What `gatehouse bench` prints while it runs: a line each second, until Ctrl-C.
//
// Threads: one.
#pragma once

#include <cstdint>
#include <cstdio>

#include "base/clock.h"
#include "base/pinned.h"
#include "load/arrivals.h"
#include "load/traffic.h"
#include "server/bench/bench_flags.h"
#include "server/device/stop_signal.h"

namespace gatehouse::server::bench {

class BenchProgress final : Pinned {
public:
    // All outlive it.
    BenchProgress(Kind kind, const Clock& clock, device::StopSignal& stop, std::FILE* file);

    // Whether the phase goes on. Prints the second's line when it is over. `traffic` is null where
    // nobody publishes or listens.
    bool goes_on(load::Phase phase, const load::Arrivals& arrivals, load::Traffic* traffic);

private:
    void print_line(load::Phase phase, const load::Arrivals& arrivals, load::Traffic* traffic);
    std::string traffic_text(load::Traffic& traffic, double seconds);

    const Kind kind_;
    const Clock& clock_;
    device::StopSignal& stop_;
    std::FILE* const file_;
    const SteadyTime start_;
    SteadyTime last_line_;
    SteadyTime stopped_at_ = SteadyTime::max();
    std::uint64_t sent_ = 0;
    std::uint64_t received_ = 0;
    std::uint64_t bytes_ = 0;
    std::uint64_t succeeded_ = 0;
};

}  // namespace gatehouse::server::bench
