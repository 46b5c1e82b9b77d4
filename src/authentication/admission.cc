#include "authentication/admission.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "async/wake.h"

namespace gatehouse::authentication {
namespace {

constexpr std::size_t suspects_calls_max = 2;

std::size_t eighth_of(const AdmissionSettings& settings) {
    constexpr std::size_t calls_min = 3;
    if (!settings.keeps_places || settings.calls_max < calls_min) return 0;
    return std::max<std::size_t>(settings.calls_max / 8, 1);
}

}  // namespace

struct Admission::Waiter {
    Waiter(async::EventLoop& loop, std::string from) : wake(loop), line(std::move(from)) {}
    async::Wake wake;
    const std::string line;
    std::optional<Pass> place;  // once somebody who left made room
    bool gave_way = false;      // to a source of which fewer wait
};

Admission::Admission(async::EventLoop& loop, AdmissionSettings settings)
    : loop_(loop), settings_(settings), eighth_(eighth_of(settings)) {}

Admission::~Admission() {
    assert(running_ == 0 && waiting_.empty());
}

async::Task<Result<Admission::Pass>> Admission::enter(Source source, Deadline deadline) {
    if (closed_) co_return fail(ErrorKind::Unavailable, "the server is stopping");
    std::string line = line_of(source);
    if (has_place_for(line)) co_return take_place(std::move(line));
    const auto queue_is_full = [this] {
        return fail(ErrorKind::Throttled,
                    fmt::format("{} calls are running and {} waiting, the most allowed", running_,
                                settings_.waiting_max));
    };
    if (waiting_.size() >= settings_.waiting_max) {
        const auto other = waiting_.make_room_for(line);
        if (!other) co_return queue_is_full();
        (*other)->gave_way = true;
        (*other)->wake.notify();
    }
    Waiter waiter(loop_, std::move(line));
    waiting_.push(waiter.line, &waiter);
    co_await waiter.wake.wait(deadline);
    if (waiter.place) co_return std::move(*waiter.place);
    if (waiter.gave_way) co_return queue_is_full();
    waiting_.erase(waiter.line, &waiter);
    if (closed_) co_return fail(ErrorKind::Unavailable, "the server is stopping");
    co_return fail(ErrorKind::Timeout, "no call ended in time to make room");
}

void Admission::close() {
    closed_ = true;
    waiting_.each([](Waiter* waiter) { waiter->wake.notify(); });
}

std::string Admission::line_of(const Source& source) {
    return static_cast<char>('0' + static_cast<int>(source.standing)) + source.site;
}

Standing Admission::standing_of(std::string_view line) {
    return static_cast<Standing>(line.front() - '0');
}

std::size_t Admission::places_of(Standing standing) const {
    const std::size_t of_new = settings_.calls_max - 2 * eighth_;
    switch (standing) {
        case Standing::Known: return settings_.calls_max - eighth_;
        case Standing::New: return of_new;
        case Standing::Suspect: return std::min(of_new, suspects_calls_max);
    }
    return 0;
}

bool Admission::has_place_for(const std::string& line) const {
    const Standing standing = standing_of(line);
    if (running_ >= settings_.calls_max) return false;
    if (standing != Standing::Known && running_unknown_ >= settings_.calls_max - eighth_) {
        return false;
    }
    const auto own = running_of_.find(line);
    return own == running_of_.end() || own->second < places_of(standing);
}

Admission::Pass Admission::take_place(std::string line) {
    ++running_;
    if (standing_of(line) != Standing::Known) ++running_unknown_;
    ++running_of_[line];
    return Pass(*this, std::move(line));
}

void Admission::leave(const std::string& line) {
    --running_;
    if (standing_of(line) != Standing::Known) --running_unknown_;
    const auto own = running_of_.find(line);
    if (--own->second == 0) running_of_.erase(own);
    const auto next =
        waiting_.pop([this](const std::string& other) { return has_place_for(other); });
    if (!next) return;
    (*next)->place.emplace(take_place((*next)->line));
    (*next)->wake.notify();
}

}  // namespace gatehouse::authentication
