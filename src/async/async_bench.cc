// What a timer costs in the wheel of a loop that has very many: one a connection or more.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>

#include "async/timing_wheel.h"
#include "base/allocation_count.h"

namespace gatehouse::async {
namespace {

using namespace std::chrono_literals;

// Set for times spread over two minutes, as keep-alives are; one that fires is set again.
struct Keeping {
    SteadyTime now{};
    std::uint64_t fired = 0;
    TimingWheel wheel{now};
};

class KeptTimer final : public Timer {
public:
    KeptTimer(Keeping& keeping, std::size_t number) : keeping_(keeping), number_(number) {}
    void set_again() {
        const auto after = std::chrono::milliseconds(1 + number_ * 7919 % 120'000);
        keeping_.wheel.set(*this, keeping_.now + after);
        ++number_;
    }

private:
    void expired() override {
        ++keeping_.fired;
        set_again();
    }
    Keeping& keeping_;
    std::size_t number_;
};

struct FilledWheel : Keeping {
    explicit FilledWheel(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) timers.emplace_back(*this, i).set_again();
    }
    std::deque<KeptTimer> timers;
};

// A packet came: the keep-alive of its connection begins anew.
void timer_move(benchmark::State& state) {
    FilledWheel filled(static_cast<std::size_t>(state.range(0)));
    std::size_t next = 0;
    AllocationsEach counted(state);
    for (auto _ : state) {
        filled.timers[next].set_again();
        next = next + 1 == filled.timers.size() ? 0 : next + 1;
    }
}
BENCHMARK(timer_move)->Arg(1000)->Arg(100'000);

void timer_set_and_cancel(benchmark::State& state) {
    FilledWheel filled(static_cast<std::size_t>(state.range(0)));
    KeptTimer timer(filled, 0);
    AllocationsEach counted(state);
    for (auto _ : state) {
        filled.wheel.set(timer, filled.now + 5s);
        timer.cancel();
    }
}
BENCHMARK(timer_set_and_cancel)->Arg(1000)->Arg(100'000);

// A turn of the loop each millisecond.
void wheel_turn(benchmark::State& state) {
    FilledWheel filled(static_cast<std::size_t>(state.range(0)));
    AllocationsEach counted(state);
    for (auto _ : state) {
        filled.now += 1ms;
        filled.wheel.advance(filled.now);
    }
    state.counters["fired"] =
        static_cast<double>(filled.fired) / static_cast<double>(state.iterations());
}
BENCHMARK(wheel_turn)->Arg(1000)->Arg(100'000);

// When has the loop to wake up?
void wheel_next_look(benchmark::State& state) {
    FilledWheel filled(static_cast<std::size_t>(state.range(0)));
    AllocationsEach counted(state);
    for (auto _ : state) benchmark::DoNotOptimize(filled.wheel.next_look());
}
BENCHMARK(wheel_next_look)->Arg(1000)->Arg(100'000);

}  // namespace
}  // namespace gatehouse::async

BENCHMARK_MAIN();
