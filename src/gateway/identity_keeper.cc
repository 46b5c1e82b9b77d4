#include "gateway/identity_keeper.h"

#include <fmt/format.h>

#include <algorithm>

#include "gateway/denial.h"
#include "gateway/device_connection.h"
#include "gateway/gateway.h"
#include "gateway/loop_gateway.h"

namespace gatehouse::gateway {
namespace {

using std::chrono::seconds;

// After a refresh that could not be made, and need not end the connection, until the next attempt:
// at first, and at most, as it doubles.
constexpr seconds retry_wait_min{10};
constexpr seconds retry_wait_max{300};

}  // namespace

std::unique_ptr<IdentityKeeper> IdentityKeeper::make_if_needed(DeviceConnection& connection,
                                                               SteadyTime authenticated_at) {
    const authentication::Identity& identity = *connection.identity();
    if (identity.refresh_after == seconds(0) && identity.disconnect_after == seconds(0)) {
        return nullptr;
    }
    return std::unique_ptr<IdentityKeeper>(new IdentityKeeper(connection, authenticated_at));
}

IdentityKeeper::IdentityKeeper(DeviceConnection& connection, SteadyTime authenticated_at)
    : connection_(connection) {
    const seconds disconnect_after = connection_.identity()->disconnect_after;
    if (disconnect_after != seconds(0)) end_at_ = authenticated_at + disconnect_after;
    plan_refresh(authenticated_at);
    set_timer();
}

IdentityKeeper::~IdentityKeeper() {
    if (self_ != nullptr) *self_ = nullptr;
}

void IdentityKeeper::set_timer() {
    const SteadyTime next = std::min(refresh_at_, end_at_);
    if (next != never) connection_.gateway().loop().timers().set(*this, next);
}

void IdentityKeeper::expired() {
    if (end_at_ <= refresh_at_) {
        const bool is_signed = connection_.identity()->is_of_iam();
        connection_.end({.reason = is_signed ? DisconnectReason::WebSocketExpired
                                             : DisconnectReason::CustomAuthExpired,
                         .tell = mqtt::ReasonCode::MaximumConnectTime,
                         .details = is_signed ? "the connection's day, or the life of the access "
                                                "key that it was signed with, has passed"
                                              : "disconnectAfterInSeconds of the authorizer's "
                                                "answer have passed"});
        return;
    }
    refresh_at_ = never;
    set_timer();
    refresh();
}

// At 90 to 100 % of the time, so that devices that came together do not refresh together.
void IdentityKeeper::plan_refresh(SteadyTime from) {
    const seconds after = connection_.identity()->refresh_after;
    if (after == seconds(0)) return;
    const double share = 0.9 + 0.1 * connection_.gateway().parts().random.fraction();
    const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(after * share);
    refresh_at_ = from + wait;
    logs::TraceStore::Recorder trace = connection_.facts().trace;
    trace.step(logs::StepKind::RefreshPlanned, logs::StepStatus::Noted,
               fmt::format("the authorizer is asked again in {:.0f} s, within the {} s of "
                           "refreshAfterInSeconds",
                           static_cast<double>(wait.count()) / 1000, after.count()));
}

void IdentityKeeper::refresh() {
    if (self_ == nullptr) self_ = std::make_shared<IdentityKeeper*>(this);
    connection_.gateway().start_refresh(ask_again(self_));
}

async::Task<void> IdentityKeeper::ask_again(std::shared_ptr<IdentityKeeper*> keeper) {
    if (*keeper == nullptr) co_return;
    DeviceConnection& connection = (*keeper)->connection_;
    const GatewayParts& parts = connection.gateway().parts();
    const Deadline deadline =
        Deadline::after(parts.clock, connection.gateway().settings().authenticate_wait);
    authentication::AuthenticationResult result = co_await parts.authenticator.refresh(
        connection.facts().credentials, connection.identity(), connection.facts().trace, deadline);
    if (*keeper != nullptr) (*keeper)->take(std::move(result));
}

void IdentityKeeper::take(authentication::AuthenticationResult result) {
    const SteadyTime now = connection_.gateway().loop().now();
    if (result) {
        retry_wait_ = seconds(0);
        connection_.adopt_identity(std::move(*result));
        plan_refresh(now);
        set_timer();
        return;
    }
    const bool keeps_policy = connection_.gateway().settings().profile.behaviour.refresh_failure ==
                                  RefreshFailure::KeepPolicy &&
                              result.error().kind == authentication::Refusal::Kind::Unavailable;
    if (keeps_policy) {
        retry_wait_ = std::clamp(2 * retry_wait_, retry_wait_min, retry_wait_max);
        refresh_at_ = now + retry_wait_;
        logs::TraceStore::Recorder trace = connection_.facts().trace;
        trace.step(logs::StepKind::RefreshPlanned, logs::StepStatus::Noted,
                   fmt::format("the policy stays, and the authorizer is asked again in {} s",
                               retry_wait_.count()));
        set_timer();
        return;
    }
    connection_.end({.reason = DisconnectReason::AuthError,
                     .tell = mqtt::ReasonCode::NotAuthorized,
                     .details = "the authorizer was asked again: " + result.error().sentence,
                     .told = told_to_client("DISCONNECT", connection_.facts().trace_id)});
}

}  // namespace gatehouse::gateway
