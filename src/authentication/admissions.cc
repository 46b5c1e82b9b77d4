#include "authentication/admissions.h"

#include <fmt/format.h>

#include <algorithm>

namespace gatehouse::authentication {
namespace {

// With less time left nobody is asked.
constexpr std::chrono::milliseconds call_time_min(100);

Error kept_out(const Circuit& circuit, std::string_view answerer) {
    return {.kind = ErrorKind::Unavailable,
            .message = fmt::format(
                "{} failed {} times in a row; it is tried again once every {} ms until it answers",
                answerer, circuit.failures_in_row(), circuit.probe_interval().count())};
}

}  // namespace

async::Task<Result<Admission::Pass>> enter(Gate& gate, GateVisit visit, Deadline deadline) {
    const bool was_open = gate.circuit.is_open();
    if (!visit.may_ask()) co_return fail(kept_out(gate.circuit, visit.answerer));
    auto pass = co_await gate.admission.enter(
        visit.source(), deadline.sooner_of(Deadline::after(visit.clock, visit.wait_max)));
    if (!pass) co_return fail(std::move(pass.error()));
    if (deadline.remaining(visit.clock.steady_now()) < call_time_min) {
        co_return fail(ErrorKind::Timeout, "its turn came too late for an answer in time");
    }
    // It may have opened meanwhile.
    if (!was_open && !visit.may_ask()) co_return fail(kept_out(gate.circuit, visit.answerer));
    co_return std::move(*pass);
}

std::shared_ptr<const void> hold(async::EventLoop& home, std::shared_ptr<Gate> gate,
                                 Admission::Pass pass) {
    struct Held {
        std::shared_ptr<Gate> gate;
        Admission::Pass pass;
    };
    return std::shared_ptr<const Held>(
        new Held{std::move(gate), std::move(pass)}, [&home](const Held* held) {
            if (home.is_current()) {
                delete held;
            } else {
                home.post([held = std::unique_ptr<const Held>(held)] {});
            }
        });
}

std::shared_ptr<Gate> Admissions::gate_of(const Tenant& tenant, const std::string& name,
                                          const IsThere& is_there) {
    const std::pair key(tenant, name);
    const auto known = gates_.find(key);
    if (known != gates_.end()) return known->second;
    if (gates_.size() >= look_at_) forget_gone(is_there);
    auto gate = std::make_shared<Gate>(loop_, settings_, circuit_settings_);
    if (closed_) gate->admission.close();
    gates_.emplace(key, gate);
    return gate;
}

// Twice as many have to come before the next time, so that it costs little for each.
void Admissions::forget_gone(const IsThere& is_there) {
    std::erase_if(gates_, [&](const auto& entry) {
        const auto& [tenant, name] = entry.first;
        return entry.second.use_count() == 1 && !is_there(tenant, name);
    });
    look_at_ = std::max(looked_at_min, 2 * gates_.size());
}

void Admissions::close() {
    closed_ = true;
    for (const auto& [key, gate] : gates_) gate->admission.close();
}

}  // namespace gatehouse::authentication
