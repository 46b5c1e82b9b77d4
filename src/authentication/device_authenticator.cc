#include "authentication/device_authenticator.h"

#include <fmt/format.h>

#include "authentication/authorizer_choice.h"

namespace gatehouse::authentication {

using logs::StepKind;
using logs::StepStatus;

namespace {

AuthenticationResult refuse(AuthenticationType type, std::string sentence,
                            logs::TraceStore::Recorder trace) {
    Refusal refusal{.type = type, .reason = "NOT_AUTHENTICATED", .sentence = std::move(sentence)};
    trace.step(StepKind::AuthorizerChosen, StepStatus::Failed, refusal.sentence);
    return std::unexpected(std::move(refusal));
}

// "domain configuration 'Fleet' takes AWS_X509 alone"
std::string alone(const registry::DomainConfiguration& domain) {
    return fmt::format("domain configuration '{}' takes {} alone", domain.name.view(),
                       name_of_choice(domain.authentication));
}

}  // namespace

async::Task<AuthenticationResult> DeviceAuthenticator::authenticate(
    std::shared_ptr<const Credentials> credentials, IsLetIn is_let_in,
    logs::TraceStore::Recorder trace, Deadline deadline) {
    if (credentials->domain != nullptr && credentials->domain->decides_authentication()) {
        co_return co_await authenticate_by_domain(std::move(credentials), std::move(is_let_in),
                                                  trace, deadline);
    }
    if (SignatureAuthenticator::is_signed(*credentials)) {
        co_return co_await signatures_.ask(std::move(credentials), trace);
    }
    if (is_for_certificate(*credentials)) {
        if (credentials->certificate_problem) {
            co_return refuse(AuthenticationType::X509, *credentials->certificate_problem, trace);
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
        co_return refuse(AuthenticationType::CustomAuth,
                         *credentials->custom_authentication_problem, trace);
    }
    co_return co_await ask_authorizer(std::move(credentials), std::move(is_let_in), trace,
                                      deadline);
}

async::Task<AuthenticationResult> DeviceAuthenticator::ask_authorizer(
    std::shared_ptr<const Credentials> credentials, IsLetIn is_let_in,
    logs::TraceStore::Recorder trace, Deadline deadline) {
    if (passwords_ != nullptr && passwords_->decides_about(*credentials)) {
        return passwords_->ask(std::move(credentials), trace, deadline);
    }
    return custom_.ask(std::move(credentials), nullptr, std::move(is_let_in), trace, deadline);
}

async::Task<AuthenticationResult> DeviceAuthenticator::authenticate_by_domain(
    std::shared_ptr<const Credentials> credentials, IsLetIn is_let_in,
    logs::TraceStore::Recorder trace, Deadline deadline) {
    using registry::DomainAuthentication;
    const registry::DomainConfiguration& domain = *credentials->domain;
    const bool shows_certificate = !credentials->peer.client_certificate.empty();
    const auto refuse_without = [&](AuthenticationType type, std::string_view missing) {
        return refuse(type, fmt::format("{}, and {}", alone(domain), missing), trace);
    };
    constexpr std::string_view no_certificate = "the client showed no certificate";
    switch (domain.authentication) {
        case DomainAuthentication::AwsX509:
            if (!shows_certificate) {
                co_return refuse_without(AuthenticationType::X509, no_certificate);
            }
            co_return co_await ask_about_certificate(std::move(credentials), trace, deadline);
        case DomainAuthentication::CustomAuthX509:
            if (!shows_certificate) {
                co_return refuse_without(AuthenticationType::CustomAuthX509, no_certificate);
            }
            co_return co_await ask_both(std::move(credentials), std::move(is_let_in), trace,
                                        deadline);
        case DomainAuthentication::AwsSigV4:
            if (!SignatureAuthenticator::is_signed(*credentials)) {
                co_return refuse_without(AuthenticationType::SigV4, "the request is not signed");
            }
            co_return co_await signatures_.ask(std::move(credentials), trace);
        case DomainAuthentication::CustomAuth:
        case DomainAuthentication::Default: break;
    }
    co_return co_await ask_authorizer(std::move(credentials), std::move(is_let_in), trace,
                                      deadline);
}

// The registry first, so that no function is asked about a certificate that is not let in.
async::Task<AuthenticationResult> DeviceAuthenticator::ask_about_certificate(
    std::shared_ptr<const Credentials> credentials, logs::TraceStore::Recorder trace,
    Deadline deadline) {
    auto result = co_await certificates_.ask(credentials,
                                             CertificateAuthenticator::Occasion::Connection, trace);
    if (!result) co_return result;
    auto refusal = co_await callback_.ask(credentials, trace, deadline);
    if (refusal) co_return std::unexpected(std::move(*refusal));
    // A connection is looked at again once it stands; a request over HTTPS is served at once.
    if (!credentials->mqtt && ClientCertificateCallback::asks_about(*credentials)) {
        co_return co_await certificates_.ask(std::move(credentials),
                                             CertificateAuthenticator::Occasion::Review, trace);
    }
    co_return result;
}

// The certificate first, so that no function is asked about one that is not let in.
async::Task<AuthenticationResult> DeviceAuthenticator::ask_both(
    std::shared_ptr<const Credentials> credentials, IsLetIn is_let_in,
    logs::TraceStore::Recorder trace, Deadline deadline) {
    const auto proof = co_await certificates_.prove(
        credentials, CertificateAuthenticator::Occasion::Connection, trace);
    if (!proof) co_return std::unexpected(proof.error());
    auto refusal = co_await callback_.ask(credentials, trace, deadline);
    if (refusal) co_return std::unexpected(std::move(*refusal));
    co_return co_await custom_.ask(std::move(credentials), *proof, std::move(is_let_in), trace,
                                   deadline);
}

async::Task<AuthenticationResult> DeviceAuthenticator::refresh_both(
    std::shared_ptr<const Credentials> credentials, logs::TraceStore::Recorder trace,
    Deadline deadline) {
    const auto proof = co_await certificates_.prove(
        credentials, CertificateAuthenticator::Occasion::Review, trace);
    if (!proof) co_return std::unexpected(proof.error());
    co_return co_await custom_.refresh(std::move(credentials), *proof, trace, deadline);
}

std::optional<Refusal> DeviceAuthenticator::signature_refusal(
    const Credentials& credentials) const {
    if (!SignatureAuthenticator::is_signed(credentials)) return std::nullopt;
    if (credentials.domain != nullptr && !credentials.domain->takes_signatures()) {
        return Refusal{.type = AuthenticationType::SigV4,
                       .reason = "NOT_AUTHENTICATED",
                       .sentence = alone(*credentials.domain) + ", and the request is signed"};
    }
    auto proved = signatures_.prove(credentials);
    if (proved) return std::nullopt;
    return std::move(proved.error());
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
    if (present->is_of_iam()) co_return co_await signatures_.review(std::move(credentials), trace);
    if (present->type == AuthenticationType::X509) {
        auto result = co_await certificates_.ask(std::move(credentials),
                                                 CertificateAuthenticator::Occasion::Review, trace);
        trace.step(StepKind::Refreshed, result ? StepStatus::Passed : StepStatus::Failed,
                   result ? "something that the registry holds of the client changed; its policies "
                            "were read again"
                          : result.error().sentence);
        co_return result;
    }
    auto result = present->type == AuthenticationType::CustomAuthX509
                      ? co_await refresh_both(std::move(credentials), trace, deadline)
                      : co_await custom_.refresh(std::move(credentials), nullptr, trace, deadline);
    trace.step(StepKind::Refreshed, result ? StepStatus::Passed : StepStatus::Failed,
               result ? fmt::format("authorizer '{}' was asked again; its policies replace the "
                                    "earlier ones",
                                    present->authorizer_name)
                      : result.error().sentence);
    co_return result;
}

async::Task<AuthenticationResult> DeviceAuthenticator::recall(AbsentClient client, Deadline) {
    const auto credentials = co_await certificates_.credentials_of(client);
    if (!credentials) co_return std::unexpected(credentials.error());
    constexpr auto review = CertificateAuthenticator::Occasion::Review;
    if (client.type == AuthenticationType::X509) {
        co_return co_await certificates_.ask(*credentials, review, {});
    }
    const auto proof = co_await certificates_.prove(*credentials, review, {});
    if (!proof) co_return std::unexpected(proof.error());
    co_return std::move(client.identity);
}

}  // namespace gatehouse::authentication
