#include "gateway/partial_input.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace gatehouse::gateway {
namespace {

// Less is no room: it would be filled by many small reads.
constexpr std::size_t room_min = 4 * 1024;
constexpr auto look_every = std::chrono::seconds(1);

}  // namespace

PartialInputs::PartialInputs(async::EventLoop& loop, Settings settings)
    : loop_(loop), settings_(settings), timer_([this] { look(); }) {}

bool PartialInputs::is_first(const PartialInput& input) const {
    return holders_.empty() || holders_.front() == &input;
}

std::size_t PartialInputs::room_beside(const PartialInput& input) const {
    if (is_first(input)) return std::numeric_limits<std::size_t>::max();
    const std::size_t unused = uncounted - std::min(input.bytes.size(), uncounted);
    const bool is_its_turn = input.is_next_ || waiters_.empty() || waiters_.front() == &input;
    const std::size_t room = unused + (is_its_turn ? free() : 0);
    return unused > 0 || room >= room_min ? room : 0;
}

void PartialInputs::begin_waiting(PartialInput& input) {
    const SteadyTime now = loop_.now();
    if (input.waits_since_ == SteadyTime()) input.waits_since_ = now;
    input.is_next_ = false;
    if (input.waits_) return;
    input.waits_ = true;
    input.waits_at_ = waiters_.insert(waiters_.end(), &input);
    waits_.add(1);
    if (!timer_.is_set()) loop_.timers().set(timer_, now + look_every);
}

void PartialInputs::wake(PartialInput& input) {
    input.stop_waiting();
    input.is_next_ = true;
    input.on_room();
}

// One at a time: what it leaves is the next one's.
void PartialInputs::wake_next() {
    if (waiters_.empty()) return;
    if (!holders_.empty() && holders_.front()->waits_) return wake(*holders_.front());
    if (room_beside(*waiters_.front()) != 0) wake(*waiters_.front());
}

// Who waits is none of them, and the first does not.
PartialInput* PartialInputs::slowest(SteadyTime began_before) {
    for (PartialInput* const each : holders_) {
        if (each->began_ > began_before) return nullptr;
        if (!each->waits_ && !each->is_held_up()) return each;
    }
    return nullptr;
}

void PartialInputs::look() {
    wake_next();
    const SteadyTime then = loop_.now() - settings_.wait;
    while (!waiters_.empty() && waiters_.front()->waits_since_ <= then) {
        if (room_beside(*waiters_.front()) != 0) {
            wake(*waiters_.front());
            continue;
        }
        PartialInput* const slow = slowest(then);
        if (slow == nullptr) break;
        cuts_.add(1);
        slow->on_too_slow();
    }
    if (!waiters_.empty()) loop_.timers().set(timer_, loop_.now() + look_every);
}

PartialInput::~PartialInput() {
    if (holds_) all_.holders_.erase(holds_at_);
    all_.now_ -= counted_;
    stop_waiting();
    all_.wake_next();
}

void PartialInput::note(Progress progress) {
    const std::size_t before = std::exchange(
        counted_, std::max(bytes.size(), PartialInputs::uncounted) - PartialInputs::uncounted);
    all_.now_ = all_.now_ - before + counted_;
    is_next_ = false;
    if (progress == Progress::Yes) waits_since_ = {};
    if (holds_ && (counted_ == 0 || progress == Progress::Yes)) {
        all_.holders_.erase(holds_at_);
        holds_ = false;
    }
    if (counted_ != 0 && !holds_) {
        began_ = all_.loop_.now();
        holds_at_ = all_.holders_.insert(all_.holders_.end(), this);
        holds_ = true;
    }
    all_.wake_next();
}

std::size_t PartialInput::room() {
    const std::size_t room = all_.room_beside(*this);
    if (room == 0) {
        all_.begin_waiting(*this);
        return 0;
    }
    stop_waiting();
    return room;
}

void PartialInput::stop_waiting() {
    if (!waits_) return;
    all_.waiters_.erase(waits_at_);
    waits_ = false;
}

}  // namespace gatehouse::gateway
