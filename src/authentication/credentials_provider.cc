#include "authentication/credentials_provider.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace gatehouse::authentication {
namespace {

using Refused = DeviceKeyRefusal;
using logs::StepKind;
using logs::StepStatus;

std::unexpected<Refused> denied(std::string message, std::string reason, std::string sentence) {
    return std::unexpected(Refused{.status = 403,
                                   .error_type = "AccessDeniedException",
                                   .message = std::move(message),
                                   .reason = std::move(reason),
                                   .sentence = std::move(sentence),
                                   .explanation = {}});
}

std::unexpected<Refused> unavailable(std::string sentence) {
    return std::unexpected(Refused{.status = 503,
                                   .error_type = "ServiceUnavailableException",
                                   .message = "Service Unavailable",
                                   .reason = "INTERNAL_SERVER_ERROR",
                                   .sentence = std::move(sentence),
                                   .explanation = {}});
}

std::unexpected<Refused> of_certificate(Refusal refusal) {
    if (refusal.kind == Refusal::Kind::Unavailable) return unavailable(std::move(refusal.sentence));
    return denied("Certificate is invalid on this endpoint", std::move(refusal.reason),
                  std::move(refusal.sentence));
}

std::unexpected<Refused> of_alias(const registry::Refused& refused) {
    if (refused.refusal != registry::Refusal::ResourceNotFound) return unavailable(refused.message);
    return std::unexpected(Refused{.status = 404,
                                   .error_type = "ResourceNotFoundException",
                                   .message = "Role alias does not exist",
                                   .reason = "ROLE_ALIAS_NOT_FOUND",
                                   .sentence = refused.message,
                                   .explanation = {}});
}

std::unexpected<Refused> of_session(const Error& error) {
    Refused refused{.status = 400,
                    .error_type = "InvalidRequestException",
                    .message = "Unable to assume the role, or the role to assume does not exist",
                    .reason = "ROLE_NOT_ASSUMED",
                    .sentence = error.message,
                    .explanation = {}};
    switch (error.kind) {
        case ErrorKind::NotAllowed: break;
        case ErrorKind::InvalidInput:
            refused.message =
                "The requested CredentialDurationSeconds exceeds the MaxSessionDuration set for "
                "the role";
            break;
        case ErrorKind::LimitExceeded:
            refused.status = 429;
            refused.error_type = "ThrottlingException";
            refused.message = "Rate exceeded";
            refused.reason = "THROTTLED";
            break;
        default: return unavailable(error.describe());
    }
    return std::unexpected(std::move(refused));
}

// A domain that asks for more than a certificate, or for something else, gives no keys to one.
std::expected<void, Refused> check_domain(const Credentials& credentials) {
    const registry::DomainConfiguration* const domain = credentials.domain.get();
    if (domain == nullptr || !domain->decides_authentication() ||
        domain->authentication == registry::DomainAuthentication::AwsX509) {
        return {};
    }
    return of_certificate(
        {.type = AuthenticationType::X509,
         .reason = "NOT_AUTHENTICATED",
         .sentence = fmt::format("domain configuration '{}' takes {} alone, and keys are given to "
                                 "client certificates",
                                 domain->name.view(), name_of_choice(domain->authentication))});
}

// The thing that the request names has to be one of the certificate's.
std::expected<void, Refused> check_thing(const Credentials& credentials,
                                         const CertificateAuthenticator::Known& known) {
    const auto& asked = credentials.thing_name;
    if (!asked || (known.thing && known.thing->name.view() == *asked)) return {};
    return denied("Invalid thing name passed", "INVALID_THING_NAME",
                  "x-amzn-iot-thingname is not the name of a thing that is attached to the "
                  "certificate");
}

std::expected<void, Refused> check_policies(const Identity& identity,
                                            const registry::RoleAliasName& alias) {
    constexpr auto action = policy::Action::AssumeRoleWithCertificate;
    const policy::Decision decision = identity.policies->decide(action, alias.view());
    if (decision.allowed()) return {};
    const policy::Explanation explanation =
        identity.policies->explain(action, alias.view(), {}, decision.at);
    auto refused = denied("Access Denied", "AUTHORIZATION_FAILURE", explanation.sentence);
    refused.error().explanation = policy::to_json(explanation);
    return refused;
}

}  // namespace

async::Task<DeviceKeyAnswer> CredentialsProvider::provide(
    std::shared_ptr<const Credentials> credentials, registry::RoleAliasName alias,
    logs::TraceStore::Recorder trace) {
    if (auto taken = check_domain(*credentials); !taken) {
        co_return DeviceKeyAnswer{nullptr, std::unexpected(std::move(taken.error()))};
    }
    if (credentials->peer.client_certificate.empty()) {
        co_return DeviceKeyAnswer{
            nullptr, of_certificate({.type = AuthenticationType::X509,
                                     .reason = "NOT_AUTHENTICATED",
                                     .sentence = "the client showed no certificate: connect to the "
                                                 "port for HTTPS with client certificates"})};
    }
    auto known = co_await parts_.certificates.ask_with_thing(
        credentials, CertificateAuthenticator::Occasion::Connection, trace);
    if (!known) co_return DeviceKeyAnswer{nullptr, of_certificate(std::move(known.error()))};
    if (auto refused = co_await parts_.callback.ask(credentials, trace, Deadline::never())) {
        co_return DeviceKeyAnswer{nullptr, of_certificate(std::move(*refused))};
    }
    if (ClientCertificateCallback::asks_about(*credentials)) {
        // The function may have thought for long, and its answer is not the registry's.
        known = co_await parts_.certificates.ask_with_thing(
            credentials, CertificateAuthenticator::Occasion::Review, trace);
        if (!known) co_return DeviceKeyAnswer{nullptr, of_certificate(std::move(known.error()))};
    }
    DeviceKeyAnswer provided{known->identity, {}};
    const auto refuse = [&](Refused refused) {
        trace.step(StepKind::Answered, StepStatus::Failed, refused.sentence);
        provided.key = std::unexpected(std::move(refused));
        return provided;
    };
    auto checked = check_thing(*credentials, *known);
    if (checked) checked = check_policies(*known->identity, alias);
    if (!checked) co_return refuse(std::move(checked.error()));
    const auto found = co_await parts_.role_aliases.run([&](registry::RoleAliasRecords& records) {
        return records.describe(credentials->tenant, alias);
    });
    if (!found) co_return refuse(of_alias(found.error()).error());
    auto key = co_await assume(*credentials, *found, *known);
    if (!key) co_return refuse(std::move(key.error()));
    trace.step(StepKind::Answered, StepStatus::Passed,
               fmt::format("a key of {} for {} s", key->principal, found->credential_seconds));
    provided.key = std::move(key);
    co_return provided;
}

async::Task<std::expected<DeviceKey, Refused>> CredentialsProvider::assume(
    const Credentials& credentials, const registry::RoleAlias& alias,
    const CertificateAuthenticator::Known& known) {
    const std::string& certificate_id = known.identity->principal_id;
    iam::ServiceRoleRequest request{
        .service = std::string(credentials_provider_service),
        .tenant = credentials.tenant,
        .role_arn = alias.role_arn,
        .session = certificate_id,
        .lifetime = std::chrono::seconds(alias.credential_seconds),
        .context = {{"aws:SourceAccount", {credentials.tenant.account.value()}, ""},
                    {"aws:SourceArn", {alias.arn()}, ""}},
        .session_facts = {{"credentials-iot:AwsCertificateId", certificate_id}}};
    if (credentials.thing_name) {
        request.session_facts.emplace_back("credentials-iot:ThingName", known.thing->name.value());
        if (!known.thing->type.value().empty()) {
            request.session_facts.emplace_back("credentials-iot:ThingTypeName",
                                               known.thing->type.value());
        }
    }
    auto session = co_await parts_.sessions.assume_for_service(std::move(request), parts_.keys);
    if (!session) co_return of_session(session.error());
    co_return DeviceKey{.access_key_id = session->key.id.value(),
                        .secret = std::move(session->key.key.secret),
                        .session_token = std::move(session->key.key.session_token),
                        .expires = *session->key.key.expires,
                        .principal = std::move(session->arn)};
}

}  // namespace gatehouse::authentication
