#include "gateway/rate_watch.h"

#include <chrono>
#include <utility>

namespace gatehouse::gateway {
namespace {

constexpr auto told_every = std::chrono::minutes(1);

}  // namespace

RateWatch::RateWatch(async::EventLoop& loop, std::move_only_function<void()> resume)
    : loop_(loop), resume_(std::move(resume)), timer_([this] {
          is_paused_ = false;
          resume_();
      }) {}

void RateWatch::pause_until_next_second() {
    if (std::exchange(is_paused_, true)) return;
    const auto now = loop_.now();
    loop_.timers().set(timer_,
                       std::chrono::floor<std::chrono::seconds>(now) + std::chrono::seconds(1));
}

std::uint64_t RateWatch::note() {
    if (note_quietly()) return 0;
    ++untold_;
    tell_at_ = loop_.now() + told_every;
    return take_untold();
}

std::uint64_t RateWatch::take_untold() {
    return std::exchange(untold_, 0);
}

}  // namespace gatehouse::gateway
