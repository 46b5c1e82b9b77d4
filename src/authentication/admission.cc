#include "authentication/admission.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

namespace gatehouse::authentication {

struct Admission::Waiter {
    explicit Waiter(async::EventLoop& loop) : wake(loop) {}
    async::Wake wake;
    bool has_place = false;  // somebody who left gave theirs
    bool gave_way = false;   // to a source of which fewer wait
};

Admission::Admission(async::EventLoop& loop, AdmissionSettings settings)
    : loop_(loop), settings_(settings) {}

Admission::~Admission() {
    assert(running_ == 0 && waiting_.empty());
}

async::Task<Result<Admission::Pass>> Admission::enter(std::string source, Deadline deadline) {
    if (closed_) co_return fail(ErrorKind::Unavailable, "the server is stopping");
    if (is_open_circuit() && !may_probe()) {
        co_return fail(ErrorKind::Unavailable,
                       fmt::format("the function failed {} times in a row; it is tried again "
                                   "once every {} ms until it answers",
                                   failures_in_row_, settings_.probe_interval.count()));
    }
    if (running_ < settings_.calls_max) {
        ++running_;
        co_return Pass(*this);
    }
    const auto queue_is_full = [this] {
        return fail(ErrorKind::Throttled,
                    fmt::format("{} calls are running and {} waiting, the most allowed", running_,
                                settings_.waiting_max));
    };
    if (waiting_.size() >= settings_.waiting_max) {
        const auto other = waiting_.make_room_for(source);
        if (!other) co_return queue_is_full();
        (*other)->gave_way = true;
        (*other)->wake.notify();
    }
    Waiter waiter(loop_);
    waiting_.push(source, &waiter);
    co_await waiter.wake.wait(deadline);
    if (waiter.has_place) co_return Pass(*this);
    if (waiter.gave_way) co_return queue_is_full();
    waiting_.erase(source, &waiter);
    if (closed_) co_return fail(ErrorKind::Unavailable, "the server is stopping");
    co_return fail(ErrorKind::Timeout, "no call ended in time to make room");
}

void Admission::close() {
    closed_ = true;
    waiting_.each([](Waiter* waiter) { waiter->wake.notify(); });
}

void Admission::leave() {
    if (waiting_.empty()) {
        --running_;
        return;
    }
    Waiter* const next = waiting_.pop();
    next->has_place = true;
    next->wake.notify();
}

void Admission::note(bool failed) {
    failures_in_row_ = failed ? failures_in_row_ + 1 : 0;
    if (is_open_circuit()) next_probe_ = loop_.now() + settings_.probe_interval;
}

bool Admission::may_probe() {
    if (loop_.now() < next_probe_) return false;
    next_probe_ = loop_.now() + settings_.probe_interval;
    return true;
}

std::chrono::milliseconds RefusalBrake::delay_for(const std::string& key) const {
    const auto found = entries_.find(key);
    if (found == entries_.end()) return std::chrono::milliseconds(0);
    const Entry& entry = found->second;
    if (clock_.steady_now() - entry.last >= settings_.forget_after ||
        entry.refusals <= settings_.free_refusals) {
        return std::chrono::milliseconds(0);
    }
    const std::uint32_t doublings = std::min(entry.refusals - settings_.free_refusals - 1, 16u);
    return std::min(settings_.delay_max, settings_.first_delay * (1 << doublings));
}

async::Task<void> RefusalBrake::hold_back(std::chrono::milliseconds delay, Deadline deadline) {
    if (delay.count() == 0 || released_) co_return;
    async::Wake wake(loop_);
    held_back_.insert(&wake);
    co_await wake.wait(deadline.sooner_of(Deadline::after(clock_, delay)));
    held_back_.erase(&wake);
}

void RefusalBrake::release() {
    released_ = true;
    for (async::Wake* const wake : held_back_) wake->notify();
}

void RefusalBrake::refused(const std::string& key) {
    const SteadyTime now = clock_.steady_now();
    auto [found, is_new] = entries_.try_emplace(key);
    Entry& entry = found->second;
    if (is_new) {
        entry.place = by_age_.insert(by_age_.end(), key);
    } else {
        by_age_.splice(by_age_.end(), by_age_, entry.place);
        if (now - entry.last >= settings_.forget_after) entry.refusals = 0;
    }
    ++entry.refusals;
    entry.last = now;
    while (entries_.size() > settings_.entries_max) {
        entries_.erase(by_age_.front());
        by_age_.pop_front();
    }
}

void RefusalBrake::accepted(const std::string& key) {
    const auto found = entries_.find(key);
    if (found == entries_.end()) return;
    by_age_.erase(found->second.place);
    entries_.erase(found);
}

}  // namespace gatehouse::authentication
