#include "async/timing_wheel.h"

#include <algorithm>
#include <bit>
#include <cassert>

namespace gatehouse::async {

void Timer::cancel() {
    if (is_set()) wheel_->unlink(*this);
}

TimingWheel::TimingWheel(SteadyTime start) : start_(start) {
    for (auto& level : slots_) {
        for (Slot& slot : level) {
            slot.next_ = &slot;
            slot.previous_ = &slot;
        }
    }
}

TimingWheel::~TimingWheel() {
    for (auto& level : slots_) {
        for (Slot& slot : level) {
            while (slot.next_ != &slot) unlink(*slot.next_);
            slot.previous_ = nullptr;  // so that the slot's own destructor unlinks nothing
        }
    }
}

// Rounds up, so that a timer never fires early.
std::int64_t TimingWheel::tick_of(SteadyTime at) const {
    return std::chrono::ceil<std::chrono::milliseconds>(at - start_).count();
}

SteadyTime TimingWheel::time_of(std::int64_t tick) const {
    return start_ + std::chrono::milliseconds(tick);
}

void TimingWheel::set(Timer& timer, SteadyTime at) {
    timer.cancel();
    if (at == SteadyTime::max()) return;
    timer.tick_ = std::max(tick_of(at), current_ + 1);
    timer.wheel_ = this;
    link(timer);
    ++count_;
}

// A timer stands at the lowest level whose slots still tell its tick from the current one.
void TimingWheel::link(Timer& timer) {
    constexpr std::int64_t range = std::int64_t{1} << (level_count * slot_bits);
    // Beyond the range it waits in the last slot reachable and is placed again when that comes.
    const std::int64_t tick = std::min(timer.tick_, current_ + range - 1);
    const auto differing = static_cast<std::uint64_t>(tick ^ current_);
    const int level = std::min<int>(
        level_count - 1, std::max(0, (63 - std::countl_zero(differing | 1)) / slot_bits));
    const auto slot_index =
        static_cast<std::size_t>(tick >> (level * slot_bits)) & (slots_per_level - 1);
    Slot& slot = slots_[static_cast<std::size_t>(level)][slot_index];
    timer.previous_ = slot.previous_;
    timer.next_ = &slot;
    slot.previous_->next_ = &timer;
    slot.previous_ = &timer;
    occupied_[static_cast<std::size_t>(level)] |= std::uint64_t{1} << slot_index;
}

void TimingWheel::unlink(Timer& timer) {
    timer.previous_->next_ = timer.next_;
    timer.next_->previous_ = timer.previous_;
    timer.next_ = nullptr;
    timer.previous_ = nullptr;
    --count_;
    // The slot's bit may stay set though it is empty; advance() and next_look() allow for it.
}

std::size_t TimingWheel::advance(SteadyTime now) {
    const std::int64_t target = std::chrono::floor<std::chrono::milliseconds>(now - start_).count();
    std::size_t fired = 0;
    while (current_ < target) {
        if (count_ == 0) {
            occupied_.fill(0);
            current_ = target;
            break;
        }
        // Ticks at which nothing can happen are jumped over, be it a year of them.
        const std::int64_t next = next_tick();
        if (next > target) {
            current_ = target;
            break;
        }
        current_ = next;
        for (int level = 1; level < level_count; ++level) {
            if ((current_ & ((std::int64_t{1} << (level * slot_bits)) - 1)) != 0) break;
            cascade(level);
        }
        const auto slot_index = static_cast<std::size_t>(current_ & (slots_per_level - 1));
        occupied_[0] &= ~(std::uint64_t{1} << slot_index);
        fired += fire(slots_[0][slot_index]);
    }
    return fired;
}

// Moves the timers of the slot that has come near to finer levels.
void TimingWheel::cascade(int level) {
    const auto slot_index =
        static_cast<std::size_t>(current_ >> (level * slot_bits)) & (slots_per_level - 1);
    Slot& slot = slots_[static_cast<std::size_t>(level)][slot_index];
    occupied_[static_cast<std::size_t>(level)] &= ~(std::uint64_t{1} << slot_index);
    Timer* timer = slot.next_;
    slot.next_ = &slot;
    slot.previous_ = &slot;
    while (timer != &slot) {
        Timer* const next = timer->next_;
        link(*timer);
        timer = next;
    }
}

std::size_t TimingWheel::fire(Timer& slot) {
    std::size_t fired = 0;
    while (slot.next_ != &slot) {
        Timer& timer = *slot.next_;
        unlink(timer);
        if (timer.tick_ > current_) {
            timer.wheel_->set(timer, time_of(timer.tick_));  // was beyond the wheel's range
            continue;
        }
        ++fired;
        timer.expired();
    }
    return fired;
}

SteadyTime TimingWheel::next_look() const {
    return count_ == 0 ? SteadyTime::max() : time_of(next_tick());
}

// The first tick after the current one with a timer to fire or a slot to move to finer levels.
std::int64_t TimingWheel::next_tick() const {
    for (int level = 0; level < level_count; ++level) {
        const int shift = level * slot_bits;
        const auto position = static_cast<unsigned>((current_ >> shift) & (slots_per_level - 1));
        const std::uint64_t later =
            position == slots_per_level - 1
                ? 0
                : occupied_[static_cast<std::size_t>(level)] >> (position + 1);
        if (later == 0) continue;
        const std::int64_t slot = (current_ >> shift) + std::countr_zero(later) + 1;
        return slot << shift;
    }
    // Only slots of a later round are left: look again when the outermost level turns.
    const int shift = (level_count - 1) * slot_bits;
    return ((current_ >> shift) + 1) << shift;
}

}  // namespace gatehouse::async
