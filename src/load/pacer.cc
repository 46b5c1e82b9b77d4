#include "load/pacer.h"

#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <utility>

namespace gatehouse::load {
namespace {

using namespace std::chrono_literals;

// Faster than that, several are handed out at once.
constexpr std::chrono::nanoseconds tick_min = 100us;
// Things that are due can wait that long before more are handed out for one wake-up.
constexpr int taken_at_once_max = 10'000;

}  // namespace

Pacer::Pacer(async::EventLoop& loop, double a_second, Take take)
    : loop_(loop),
      start_(loop.clock().steady_now()),
      gap_(1e9 / a_second),
      take_(std::move(take)),
      timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)) {
    assert(timer_ >= 0 && a_second > 0);
    const auto tick =
        std::max(tick_min, std::chrono::duration_cast<std::chrono::nanoseconds>(gap_));
    const auto seconds = std::chrono::floor<std::chrono::seconds>(tick);
    const timespec interval{seconds.count(), (tick - seconds).count()};
    const itimerspec wanted{.it_interval = interval, .it_value = {0, 1}};
    ::timerfd_settime(timer_, 0, &wanted, nullptr);
    loop_.watch(timer_, *this, EPOLLIN);
}

Pacer::~Pacer() {
    loop_.unwatch(timer_, *this);
    ::close(timer_);
}

SteadyTime Pacer::due() const {
    return start_ +
           std::chrono::duration_cast<std::chrono::nanoseconds>(gap_ * static_cast<double>(taken_));
}

void Pacer::on_ready(std::uint32_t) {
    std::uint64_t expirations = 0;
    // It fails when the loop looked again before the timer had gone on; what is due is due.
    [[maybe_unused]] const ssize_t got = ::read(timer_, &expirations, sizeof expirations);
    const SteadyTime now = loop_.clock().steady_now();
    for (int i = 0; i < taken_at_once_max && due() <= now && take_(due()); ++i) ++taken_;
}

}  // namespace gatehouse::load
