#include "authentication/attempt_gates.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "async/wake.h"

namespace gatehouse::authentication {

struct AttemptGates::Waiter {
    explicit Waiter(async::EventLoop& loop) : wake(loop), turn([this] { wake.notify(); }) {}
    async::Wake wake;
    async::FunctionTimer turn;  // when the delay before it is over
    bool gave_way = false;      // too many waited when the key was slowed
};

AttemptGates::~AttemptGates() {
    assert(at_rest_.size() == gates_.size());
}

AttemptGates::Gate& AttemptGates::open(const GateKey& key) {
    forget_old();
    const auto [found, is_new] = gates_.try_emplace(key);
    Gate& gate = found->second;
    if (!is_new && gate.at_rest != at_rest_.end()) at_rest_.erase(gate.at_rest);
    gate.at_rest = at_rest_.end();
    if (gate.refusals > 0 && now() - gate.last >= settings_.forget_after) gate.refusals = 0;
    return gate;
}

async::Task<Result<AttemptGates::Pass>> AttemptGates::enter(GateKey key, Deadline deadline) {
    Gate& gate = open(key);
    if (gate.waiting.empty() && may_go(gate)) {
        ++gate.under_way;
        co_return Pass(*this, key, std::chrono::milliseconds(0));
    }
    const auto too_many = [](std::size_t waiting) {
        return fail(ErrorKind::Throttled,
                    fmt::format("{} attempts of this user from this address wait already, the most "
                                "allowed",
                                waiting));
    };
    const std::size_t waiting_max = is_slowed(gate) ? settings_.waiting_max : settings_.burst_max;
    if (gate.waiting.size() >= waiting_max) co_return too_many(waiting_max);
    const auto held_back = wait_of_newcomer(gate);
    Waiter waiter(loop_);
    gate.waiting.push_back(&waiter);
    bool may_go_now = false;
    while (!may_go_now && !waiter.gave_way && !deadline.passed(loop_.clock().steady_now())) {
        const bool waits_for_time = gate.waiting.front() == &waiter && gate.under_way == 0;
        loop_.machine_timers().set(waiter.turn,
                                   waits_for_time ? gate.last + delay_of(gate) : SteadyTime::max());
        co_await waiter.wake.wait(deadline);
        may_go_now =
            !waiter.gave_way && (released_ || (gate.waiting.front() == &waiter && may_go(gate)));
    }
    if (waiter.gave_way) co_return too_many(settings_.waiting_max);  // it is not among them
    std::erase(gate.waiting, &waiter);
    if (may_go_now) ++gate.under_way;
    if (!gate.waiting.empty()) gate.waiting.front()->wake.notify();
    if (may_go_now) co_return Pass(*this, key, held_back);
    close_if_unused(key, gate);
    co_return fail(ErrorKind::Timeout,
                   "its turn among the attempts of this user from this address did not come");
}

void AttemptGates::note_refusal(const GateKey& key) {
    ++open(key).under_way;
    end(key, Outcome::Refused);
}

void AttemptGates::end(const GateKey& key, Outcome outcome) {
    Gate& gate = gates_.at(key);
    --gate.under_way;
    if (outcome == Outcome::Refused) {
        ++gate.refusals;
        gate.accepted = 0;
        gate.last = now();
        while (is_slowed(gate) && gate.waiting.size() > settings_.waiting_max) {
            gate.waiting.back()->gave_way = true;
            gate.waiting.back()->wake.notify();
            gate.waiting.pop_back();
        }
    } else if (outcome == Outcome::Accepted) {
        gate.refusals = 0;
        ++gate.accepted;
    }
    if (!gate.waiting.empty()) gate.waiting.front()->wake.notify();
    close_if_unused(key, gate);
}

// What it remembers of a key is who was refused.
void AttemptGates::close_if_unused(const GateKey& key, Gate& gate) {
    if (gate.under_way > 0 || !gate.waiting.empty()) return;
    if (gate.refusals == 0) {
        gates_.erase(key);
        return;
    }
    gate.accepted = 0;
    gate.waiting.shrink_to_fit();
    gate.at_rest = at_rest_.insert(at_rest_.end(), key);
    forget_old();
}

void AttemptGates::forget_old() {
    while (!at_rest_.empty()) {
        const auto oldest = gates_.find(at_rest_.front());
        const bool is_over = now() - oldest->second.last >= settings_.forget_after;
        if (!is_over && at_rest_.size() <= settings_.entries_max) return;
        at_rest_.pop_front();
        gates_.erase(oldest);
    }
}

std::chrono::milliseconds AttemptGates::delay_of(const Gate& gate) const {
    if (!is_slowed(gate)) return std::chrono::milliseconds(0);
    const std::uint32_t doublings = std::min(gate.refusals - settings_.free_refusals - 1, 16u);
    return std::min(settings_.delay_max, settings_.first_delay * (1 << doublings));
}

bool AttemptGates::may_go(const Gate& gate) const {
    if (released_) return true;
    if (is_slowed(gate)) {
        return gate.under_way == 0 && now() >= gate.last + delay_of(gate);
    }
    return gate.refusals + gate.under_way <= settings_.free_refusals + gate.accepted;
}

std::chrono::milliseconds AttemptGates::wait_of_newcomer(const Gate& gate) const {
    if (!is_slowed(gate)) return std::chrono::milliseconds(0);
    const auto own = std::max(gate.last + delay_of(gate) - now(), SteadyTime::duration{});
    return std::chrono::ceil<std::chrono::milliseconds>(own) + delay_of(gate) * gate.waiting.size();
}

void AttemptGates::release() {
    released_ = true;
    for (const auto& [key, gate] : gates_) {
        for (Waiter* const waiter : gate.waiting) waiter->wake.notify();
    }
}

}  // namespace gatehouse::authentication
