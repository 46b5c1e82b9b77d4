#include "authentication/admission.h"

#include <fmt/format.h>

#include <cassert>

#include "async/wake.h"

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
    if (is_open_circuit() && is_kept_out(source)) {
        co_return fail(ErrorKind::Unavailable,
                       fmt::format("the function failed {} times in a row; it is tried again "
                                   "once every {} ms until it answers",
                                   failures_in_row_, settings_.probe_interval.count()));
    }
    if (running_ < settings_.calls_max) {
        ++running_;
        co_return Pass(*this, std::move(source));
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
    if (waiter.has_place) co_return Pass(*this, std::move(source));
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

void Admission::note(const std::string& source, bool failed) {
    if (!failed) {
        failures_in_row_ = 0;
        failed_sources_.clear();
        return;
    }
    ++failures_in_row_;
    if (failed_sources_.size() < settings_.failed_sources_max) failed_sources_.insert(source);
    if (failures_in_row_ == settings_.failures_to_open)
        next_probe_ = loop_.now() + settings_.probe_interval;
}

bool Admission::is_kept_out(const std::string& source) {
    const bool failed =
        failed_sources_.size() >= settings_.failed_sources_max || failed_sources_.contains(source);
    if (!failed) return false;
    if (loop_.now() < next_probe_) return true;
    next_probe_ = loop_.now() + settings_.probe_interval;
    return false;
}

}  // namespace gatehouse::authentication
