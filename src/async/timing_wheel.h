// Many timers, cheap to set and to move: a hierarchical wheel with a resolution of about 1 ms
// at short range, coarser further out. A timer never fires early; it fires at the first turn of
// its loop at or after its time (far timers: within a few milliseconds of it).
//
// Threads: the owning loop's only.
// Lifetimes: a Timer unlinks itself when it dies; the wheel must outlive its timers.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>

#include "base/clock.h"
#include "base/pinned.h"

namespace gatehouse::async {

class TimingWheel;

// A timer is a member of what it belongs to. Derive and override expired(); 40 bytes.
class Timer : Pinned {
public:
    bool is_set() const { return previous_ != nullptr; }
    void cancel();

protected:
    Timer() = default;
    ~Timer() { cancel(); }

private:
    friend class TimingWheel;
    // Called once; the timer is no longer set then and may be set again or destroyed.
    virtual void expired() = 0;

    Timer* next_ = nullptr;
    Timer* previous_ = nullptr;
    TimingWheel* wheel_ = nullptr;
    std::int64_t tick_ = 0;
};

// A timer that runs a function.
class FunctionTimer final : public Timer {
public:
    explicit FunctionTimer(std::move_only_function<void()> work) : work_(std::move(work)) {}

private:
    void expired() override { work_(); }
    std::move_only_function<void()> work_;
};

class TimingWheel : Pinned {
public:
    explicit TimingWheel(SteadyTime start);
    ~TimingWheel();

    // (Re)sets the timer to fire at `at`. SteadyTime::max() cancels it.
    void set(Timer& timer, SteadyTime at);
    // Fires everything due at `now`. Returns how many fired. Not re-entrant.
    std::size_t advance(SteadyTime now);
    // When the loop must look again at the latest; SteadyTime::max() when no timer is set.
    SteadyTime next_look() const;
    std::size_t size() const { return count_; }

private:
    friend class Timer;
    struct Slot final : Timer {
        void expired() override {}
    };
    static constexpr int level_count = 5;
    static constexpr int slot_bits = 6;
    static constexpr int slots_per_level = 1 << slot_bits;

    std::int64_t tick_of(SteadyTime at) const;
    SteadyTime time_of(std::int64_t tick) const;
    std::int64_t next_tick() const;
    void link(Timer& timer);
    void unlink(Timer& timer);
    void cascade(int level);
    std::size_t fire(Timer& slot);

    SteadyTime start_;
    std::int64_t current_ = 0;  // the last tick that was fired
    std::size_t count_ = 0;
    std::array<std::array<Slot, slots_per_level>, level_count> slots_;
    std::array<std::uint64_t, level_count> occupied_{};
};

}  // namespace gatehouse::async
