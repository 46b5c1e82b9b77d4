// Hands out what is due at an even rate, each thing at its time, without waking more often than
// that: the open loop of a load generator.
//
// Threads: one loop.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

#include "async/event_loop.h"
#include "base/pinned.h"

namespace gatehouse::load {

class Pacer final : async::ReadinessHandler, Pinned {
public:
    // Takes the thing that was due then; false: not now, ask again. Its time stays what it was.
    using Take = std::function<bool(SteadyTime due)>;
    // Begins now. Requires: a_second > 0. The loop must outlive it.
    Pacer(async::EventLoop& loop, double a_second, Take take);
    ~Pacer();

private:
    void on_ready(std::uint32_t events) override;
    SteadyTime due() const;

    async::EventLoop& loop_;
    const SteadyTime start_;
    const std::chrono::duration<double, std::nano> gap_;
    const Take take_;
    const int timer_;
    std::uint64_t taken_ = 0;
};

}  // namespace gatehouse::load
