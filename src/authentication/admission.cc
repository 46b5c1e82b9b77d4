#include "authentication/admission.h"

#include <fmt/format.h>

#include <cassert>

#include "async/wake.h"

namespace gatehouse::authentication {
namespace {

// One source leaves this part of the calls at once to others.
constexpr std::size_t part_left_to_others = 8;

}  // namespace

struct Admission::Waiter {
    Waiter(async::EventLoop& loop, std::string from) : wake(loop), source(std::move(from)) {}
    async::Wake wake;
    const std::string source;
    std::optional<Pass> place;  // once somebody who left made room
    bool gave_way = false;      // to a source of which fewer wait
};

Admission::Admission(async::EventLoop& loop, AdmissionSettings settings)
    : loop_(loop), settings_(settings) {}

Admission::~Admission() {
    assert(running_ == 0 && waiting_.empty());
}

async::Task<Result<Admission::Pass>> Admission::enter(std::string source, Deadline deadline) {
    if (closed_) co_return fail(ErrorKind::Unavailable, "the server is stopping");
    if (has_place_for(source)) co_return take_place(std::move(source));
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
    Waiter waiter(loop_, std::move(source));
    waiting_.push(waiter.source, &waiter);
    co_await waiter.wake.wait(deadline);
    if (waiter.place) co_return std::move(*waiter.place);
    if (waiter.gave_way) co_return queue_is_full();
    waiting_.erase(waiter.source, &waiter);
    if (closed_) co_return fail(ErrorKind::Unavailable, "the server is stopping");
    co_return fail(ErrorKind::Timeout, "no call ended in time to make room");
}

void Admission::close() {
    closed_ = true;
    waiting_.each([](Waiter* waiter) { waiter->wake.notify(); });
}

bool Admission::has_place_for(const std::string& source) const {
    if (running_ >= settings_.calls_max) return false;
    const auto own = running_of_.find(source);
    return own == running_of_.end() ||
           own->second < settings_.calls_max - settings_.calls_max / part_left_to_others;
}

Admission::Pass Admission::take_place(std::string source) {
    ++running_;
    ++running_of_[source];
    return Pass(*this, std::move(source));
}

void Admission::leave(const std::string& source) {
    --running_;
    const auto own = running_of_.find(source);
    if (--own->second == 0) running_of_.erase(own);
    const auto next =
        waiting_.pop([this](const std::string& other) { return has_place_for(other); });
    if (!next) return;
    (*next)->place.emplace(take_place((*next)->source));
    (*next)->wake.notify();
}

}  // namespace gatehouse::authentication
