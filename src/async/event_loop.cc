#include "async/event_loop.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <cassert>
#include <cstdio>
#include <cstdlib>
#include <deque>

#include "async/guarded.h"

namespace gatehouse::async {
namespace {

thread_local EventLoop* current_loop = nullptr;

constexpr int ready_events_max = 1024;  // handed out per turn; the rest comes in the next one

// Running out of descriptors while starting leaves nothing to run on.
int require_descriptor(int descriptor, const char* what) {
    if (descriptor < 0) {
        std::perror(what);
        std::abort();
    }
    return descriptor;
}

}  // namespace

struct EventLoop::Mailbox {
    Guarded<std::deque<std::move_only_function<void()>>> mail;
    // True from the first post until the loop empties the box: one wake-up a turn is enough.
    std::atomic<bool> woken = false;
    std::atomic<bool> stop = false;
};

EventLoop::EventLoop(const Clock& clock, Settings settings)
    : clock_(clock),
      settings_(settings),
      context_(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE),
      keep_context_(asio::make_work_guard(context_)),
      now_(clock.steady_now()),
      timers_(now_),
      machine_timers_(clock.machine_now()),
      epoll_(require_descriptor(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      wake_(require_descriptor(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")),
      mailbox_(std::make_unique<Mailbox>()),
      read_buffer_(settings.read_buffer_bytes),
      ready_(ready_events_max) {
    // Edge-triggered: each write is an event of its own, and the counter need never be read.
    epoll_event event{.events = EPOLLIN | EPOLLET, .data = {.ptr = nullptr}};
    require_descriptor(epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event), "epoll_ctl");
}

EventLoop::~EventLoop() {
    close(wake_);
    close(epoll_);
}

EventLoop* EventLoop::current() {
    return current_loop;
}

void EventLoop::run() {
    while (!stopping_) {
        turn(std::chrono::hours(1));
    }
    while (run_mail() || context_.poll() > 0) {
    }
    stopping_ = false;
}

bool EventLoop::run_once(std::chrono::milliseconds wait) {
    return turn(wait);
}

void EventLoop::stop() {
    mailbox_->stop.store(true);
    notify();
}

void EventLoop::post(std::move_only_function<void()> work) {
    mailbox_->mail.lock()->push_back(std::move(work));
    if (!is_current()) return notify();
    has_own_mail_ = true;
}

void EventLoop::notify() {
    if (mailbox_->woken.exchange(true)) return;
    const std::uint64_t one = 1;
    // It fails when the counter is full: after 2^64 wake-ups.
    [[maybe_unused]] const ssize_t written = write(wake_, &one, sizeof one);
}

int EventLoop::wait_milliseconds(std::chrono::milliseconds at_most) const {
    if (!turn_end_hooks_.empty() || has_own_mail_) return 0;
    const auto until = [&](SteadyTime look, auto now) {
        if (look == SteadyTime::max()) return at_most;
        const auto wait = std::chrono::ceil<std::chrono::milliseconds>(look - now());
        return std::clamp(wait, std::chrono::milliseconds(0), at_most);
    };
    const auto wait =
        std::min(until(timers_.next_look(), [&] { return clock_.steady_now(); }),
                 until(machine_timers_.next_look(), [&] { return clock_.machine_now(); }));
    return static_cast<int>(wait.count());
}

bool EventLoop::turn(std::chrono::milliseconds at_most) {
    EventLoop* const outer = std::exchange(current_loop, this);
    ++counters_.turns;
    // What turn-end hooks woke, or was started before the loop ran, must not wait for an event.
    bool worked = context_.poll() > 0;
    const int count =
        epoll_wait(epoll_, ready_.data(), ready_events_max, wait_milliseconds(at_most));
    now_ = clock_.steady_now();
    ready_count_ = static_cast<std::size_t>(std::max(0, count));
    bool mail_came = false;
    for (ready_next_ = 0; ready_next_ < ready_count_;) {
        const epoll_event& event = ready_[ready_next_++];
        if (event.data.ptr == nullptr) {
            mail_came = true;
            continue;
        }
        worked = true;
        static_cast<ReadinessHandler*>(event.data.ptr)->on_ready(event.events);
    }
    ready_count_ = 0;
    worked |= timers_.advance(now_) > 0;
    worked |= machine_timers_.advance(clock_.machine_now()) > 0;
    if (mail_came) ++counters_.mail_wakeups;
    if (mail_came || has_own_mail_) worked |= run_mail();
    worked |= context_.poll() > 0;
    run_turn_end_hooks();
    turn_times_.add(clock_.steady_now() - now_);
    current_loop = outer;
    return worked;
}

bool EventLoop::run_mail() {
    // Cleared before the box is taken: a post that comes after wakes the loop again.
    mailbox_->woken.store(false);
    has_own_mail_ = false;
    std::deque<std::move_only_function<void()>> mail;
    std::swap(mail, *mailbox_->mail.lock());
    if (mailbox_->stop.exchange(false)) stopping_ = true;
    for (auto& work : mail) work();
    return !mail.empty();
}

void EventLoop::run_turn_end_hooks() {
    // A hook may ask for the next turn while it runs; that one is not run now.
    running_hooks_.swap(turn_end_hooks_);
    for (std::size_t i = 0; i < running_hooks_.size(); ++i) {
        TurnEndHook* const hook = running_hooks_[i];
        if (hook == nullptr) continue;
        hook->requested_ = false;
        hook->on_turn_end();
    }
    running_hooks_.clear();
}

void EventLoop::request_turn_end(TurnEndHook& hook) {
    if (hook.requested_) return;
    hook.requested_ = true;
    turn_end_hooks_.push_back(&hook);
}

void EventLoop::cancel_turn_end(TurnEndHook& hook) {
    if (!hook.requested_) return;
    hook.requested_ = false;
    std::erase(turn_end_hooks_, &hook);
    std::ranges::replace(running_hooks_, &hook, nullptr);
}

void EventLoop::watch(int descriptor, ReadinessHandler& handler, std::uint32_t events) {
    epoll_event event{.events = events, .data = {.ptr = &handler}};
    require_descriptor(epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event), "epoll_ctl add");
}

void EventLoop::change_interest(int descriptor, ReadinessHandler& handler, std::uint32_t events) {
    epoll_event event{.events = events, .data = {.ptr = &handler}};
    require_descriptor(epoll_ctl(epoll_, EPOLL_CTL_MOD, descriptor, &event), "epoll_ctl mod");
}

void EventLoop::unwatch(int descriptor, ReadinessHandler& handler) {
    epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor, nullptr);
    for (std::size_t i = ready_next_; i < ready_count_; ++i) {
        if (ready_[i].data.ptr == &handler) {
            ready_[i] = ready_[--ready_count_];
            --i;
        }
    }
}

}  // namespace gatehouse::async
