#include "authentication/device_authenticator.h"

#include <fmt/format.h>

#include "authentication/authorizer_choice.h"

namespace gatehouse::authentication {

using logs::StepKind;
using logs::StepStatus;

async::Task<AuthenticationResult> DeviceAuthenticator::authenticate(
    std::shared_ptr<const Credentials> credentials, IsLetIn is_let_in,
    logs::TraceStore::Recorder trace, Deadline deadline) {
    if (is_for_certificate(*credentials)) {
        if (credentials->certificate_problem) {
            Refusal refusal{.type = AuthenticationType::X509,
                            .reason = "NOT_AUTHENTICATED",
                            .sentence = *credentials->certificate_problem};
            trace.step(StepKind::AuthorizerChosen, StepStatus::Failed, refusal.sentence);
            co_return std::unexpected(std::move(refusal));
        }
        co_return co_await certificates_.ask(std::move(credentials),
                                             CertificateAuthenticator::Occasion::Connection, trace);
    }
    if (anonymous_allowed_ && !brings_credentials(*credentials, *directory_.get())) {
        trace.step(StepKind::AuthorizerChosen, StepStatus::Skipped,
                   "the client brought no credentials; anonymous clients are allowed");
        co_return anonymous_identities_.identity_of(*credentials);
    }
    if (credentials->custom_authentication_problem) {
        Refusal refusal{.reason = "NOT_AUTHENTICATED",
                        .sentence = *credentials->custom_authentication_problem};
        trace.step(StepKind::AuthorizerChosen, StepStatus::Failed, refusal.sentence);
        co_return std::unexpected(std::move(refusal));
    }
    if (passwords_ != nullptr && passwords_->decides_about(*credentials)) {
        co_return co_await passwords_->ask(std::move(credentials), trace, deadline);
    }
    co_return co_await custom_.ask(std::move(credentials), std::move(is_let_in), trace, deadline);
}

// A certificate counts unless the client asks for an authorizer where one may decide. AWS's SDKs
// send a user name of their own beside it.
bool DeviceAuthenticator::is_for_certificate(const Credentials& credentials) const {
    if (credentials.peer.client_certificate.empty()) return false;
    if (credentials.custom_authentication_problem != nullptr) return true;
    if (credentials.mqtt) {
        return !credentials.mqtt->password &&
               !named_authorizer(credentials, SecondQuestionMark::ReadAsSeparator);
    }
    return !brings_credentials(credentials, *directory_.get());
}

async::Task<AuthenticationResult> DeviceAuthenticator::refresh(
    std::shared_ptr<const Credentials> credentials, IdentityPtr present,
    logs::TraceStore::Recorder trace, Deadline deadline) {
    if (present->is_of_registry()) {
        auto result = co_await certificates_.ask(std::move(credentials),
                                                 CertificateAuthenticator::Occasion::Review, trace);
        trace.step(StepKind::Refreshed, result ? StepStatus::Passed : StepStatus::Failed,
                   result ? "something that the registry holds of the client changed; its policies "
                            "were read again"
                          : result.error().sentence);
        co_return result;
    }
    auto result = co_await custom_.refresh(std::move(credentials), trace, deadline);
    trace.step(StepKind::Refreshed, result ? StepStatus::Passed : StepStatus::Failed,
               result ? fmt::format("authorizer '{}' was asked again; its policies replace the "
                                    "earlier ones",
                                    present->authorizer_name)
                      : result.error().sentence);
    co_return result;
}

}  // namespace gatehouse::authentication
