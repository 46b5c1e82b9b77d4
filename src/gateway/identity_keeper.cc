#include "gateway/identity_keeper.h"

#include <fmt/format.h>

#include "gateway/device_connection.h"
#include "gateway/gateway.h"
#include "gateway/loop_gateway.h"

namespace gatehouse::gateway {
namespace {

using std::chrono::seconds;

// After a refresh that could not be made (and need not end the connection): the next try.
constexpr seconds retry_wait{10};

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
    : connection_(connection),
      refresh_timer_([this] { refresh(); }),
      end_timer_([this] {
          connection_.end({.reason = DisconnectReason::CustomAuthExpired,
                           .tell = mqtt::ReasonCode::MaximumConnectTime,
                           .details = "disconnectAfterInSeconds of the authorizer's answer "
                                      "have passed"});
      }),
      self_(std::make_shared<IdentityKeeper*>(this)) {
    const authentication::Identity& identity = *connection_.identity();
    if (identity.disconnect_after != seconds(0)) {
        connection_.gateway().loop().timers().set(end_timer_,
                                                  authenticated_at + identity.disconnect_after);
    }
    plan_refresh(authenticated_at);
}

IdentityKeeper::~IdentityKeeper() {
    *self_ = nullptr;
}

// At 90 to 100 % of the time, so that devices that came together do not refresh together.
void IdentityKeeper::plan_refresh(SteadyTime from) {
    const seconds after = connection_.identity()->refresh_after;
    if (after == seconds(0)) return;
    const double share = 0.9 + 0.1 * connection_.gateway().parts().random.fraction();
    const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(after * share);
    connection_.gateway().loop().timers().set(refresh_timer_, from + wait);
    logs::TraceStore::Recorder trace = connection_.facts().trace;
    trace.step(logs::StepKind::RefreshPlanned, logs::StepStatus::Noted,
               fmt::format("the authorizer is asked again in {:.0f} s, within the {} s of "
                           "refreshAfterInSeconds",
                           static_cast<double>(wait.count()) / 1000, after.count()));
}

void IdentityKeeper::refresh() {
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
        connection_.adopt_identity(std::move(*result));
        return plan_refresh(now);
    }
    const bool keeps_policy = connection_.gateway().settings().profile.behaviour.refresh_failure ==
                                  RefreshFailure::KeepPolicy &&
                              result.error().kind == authentication::Refusal::Kind::Unavailable;
    if (keeps_policy) {
        connection_.gateway().loop().timers().set(refresh_timer_, now + retry_wait);
        return;
    }
    connection_.end({.reason = DisconnectReason::AuthError,
                     .tell = mqtt::ReasonCode::NotAuthorized,
                     .details = "the authorizer was asked again: " + result.error().sentence});
}

}  // namespace gatehouse::gateway
