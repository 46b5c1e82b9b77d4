#include "authentication/device_authenticator.h"

#include <fmt/format.h>

#include "authentication/authorizer_choice.h"

namespace gatehouse::authentication {

using logs::StepKind;
using logs::StepStatus;

async::Task<AuthenticationResult> DeviceAuthenticator::authenticate(
    std::shared_ptr<const Credentials> credentials, IsLetIn is_let_in,
    logs::TraceStore::Recorder trace, Deadline deadline) {
    if (anonymous_allowed_ && !brings_credentials(*credentials, *directory_.get())) {
        trace.step(StepKind::AuthorizerChosen, StepStatus::Skipped,
                   "the client brought no credentials; anonymous clients are allowed");
        co_return anonymous_identities_.identity_of(*credentials);
    }
    if (credentials->custom_authentication_problem) {
        Refusal refusal{.reason = "NOT_AUTHENTICATED",
                        .sentence = *credentials->custom_authentication_problem};
        if (!credentials->peer.client_certificate.empty()) {
            refusal.type = AuthenticationType::X509;
            refusal.reason = "DEVICE_CERTIFICATE_NOT_REGISTERED";
            refusal.sentence = "the client certificate is not registered";
        }
        trace.step(StepKind::AuthorizerChosen, StepStatus::Failed, refusal.sentence);
        co_return std::unexpected(std::move(refusal));
    }
    if (passwords_ != nullptr && passwords_->decides_about(*credentials)) {
        co_return co_await passwords_->ask(std::move(credentials), trace, deadline);
    }
    co_return co_await custom_.ask(std::move(credentials), std::move(is_let_in), trace, deadline);
}

async::Task<AuthenticationResult> DeviceAuthenticator::refresh(
    std::shared_ptr<const Credentials> credentials, IdentityPtr present,
    logs::TraceStore::Recorder trace, Deadline deadline) {
    auto result = co_await custom_.refresh(std::move(credentials), trace, deadline);
    trace.step(StepKind::Refreshed, result ? StepStatus::Passed : StepStatus::Failed,
               result ? fmt::format("authorizer '{}' was asked again; its policies replace the "
                                    "earlier ones",
                                    present->authorizer_name)
                      : result.error().sentence);
    co_return result;
}

}  // namespace gatehouse::authentication
