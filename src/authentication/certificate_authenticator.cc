#include "authentication/certificate_authenticator.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "authentication/connection_variables.h"
#include "registry/certificate_records.h"
#include "registry/principal_facts.h"
#include "registry/provisioning_records.h"

namespace gatehouse::authentication {
namespace {

using logs::StepKind;
using logs::StepStatus;
using registry::CertificateStatus;

Refusal certificate_refusal(std::string reason, std::string sentence) {
    return {.type = AuthenticationType::X509,
            .reason = std::move(reason),
            .sentence = std::move(sentence)};
}

constexpr const char* inactive_reason = "DEVICE_CERTIFICATE_INACTIVE";

std::unexpected<Refusal> refused_certificate(const registry::RegisteredCertificate& certificate,
                                             std::string reason, std::string_view why) {
    return std::unexpected(certificate_refusal(
        std::move(reason),
        fmt::format("the client certificate {} {}", certificate.id.view(), why)));
}

Refusal refusal_of(const registry::Refused& refused, const registry::CertificateId& id) {
    if (refused.refusal == registry::Refusal::ResourceNotFound) {
        return certificate_refusal(
            "DEVICE_CERTIFICATE_NOT_REGISTERED",
            fmt::format("the client certificate {} is not registered; register it, or "
                        "let CreateKeysAndCertificate make one",
                        id.view()));
    }
    if (refused.as_error().kind != ErrorKind::Unavailable &&
        refused.refusal != registry::Refusal::InternalFailure) {
        return certificate_refusal(
            "DEVICE_CERTIFICATE_NOT_REGISTERED",
            fmt::format("the client certificate {} is not registered, and cannot be "
                        "registered just in time: {}",
                        id.view(), refused.message));
    }
    Refusal unavailable = certificate_refusal(
        "INTERNAL_SERVER_ERROR",
        fmt::format("the client certificate could not be looked up: {}", refused.message));
    unavailable.kind = Refusal::Kind::Unavailable;
    return unavailable;
}

// What explanations call it.
std::string source_of(const registry::AttachedPolicy& policy) {
    if (policy.group.empty()) return fmt::format("policy '{}'", policy.name.view());
    return fmt::format("policy '{}' of thing group '{}'", policy.name.view(), policy.group.view());
}

PrincipalFacts facts_of(const Credentials& credentials,
                        const registry::CertificatePrincipal& principal) {
    PrincipalFacts facts;
    facts.certificate =
        registry::facts_of(principal.certificate.id, credentials.peer.client_certificate);
    if (principal.thing) facts.thing = registry::facts_of(*principal.thing);
    facts.no_thing_because =
        "the client id is not the name of a thing that is attached to the certificate";
    return facts;
}

}  // namespace

async::Task<std::expected<CertificateAuthenticator::Recognised, Refusal>>
CertificateAuthenticator::recognise(std::shared_ptr<const Credentials> credentials,
                                    Occasion occasion, logs::TraceStore::Recorder trace) {
    const auto id = certificates::certificate_id_of(credentials->peer.client_certificate);
    const auto refuse = [&](Refusal refusal) -> std::unexpected<Refusal> {
        refusal.type = credentials->type_with_certificate();
        trace.step(StepKind::AuthorizerChosen, StepStatus::Failed, refusal.sentence);
        return std::unexpected(std::move(refusal));
    };
    const std::uint64_t epoch = epochs_.stamp(credentials->tenant, id.view(),
                                              credentials->name_of_thing().value_or(std::string()));
    if (auto unrevoked = check_unrevoked(credentials->peer.client_certificate, id); !unrevoked) {
        co_return refuse(std::move(unrevoked.error()));
    }
    auto found = co_await look_up(credentials, occasion);
    if (!found) co_return refuse(refusal_of(found.error(), id));
    const registry::RegisteredCertificate& certificate = found->principal.certificate;
    if (certificate.status == CertificateStatus::PendingActivation &&
        !certificate.authority.empty() && occasion == Occasion::Connection) {
        parts_.listener.certificate_waits(certificate, found->waits_for);
    }
    if (auto checked = check(*credentials, *found); !checked) {
        co_return refuse(std::move(checked.error()));
    }
    trace.step(StepKind::AuthorizerChosen, StepStatus::Passed,
               fmt::format("the client certificate {} is registered and ACTIVE, with {} policies{}",
                           id.view(), found->principal.policies.size(),
                           found->principal.thing ? fmt::format("; it acts for thing '{}'",
                                                                found->principal.thing->name.view())
                                                  : std::string()));
    co_return Recognised{std::move(found->principal), epoch};
}

async::Task<AuthenticationResult> CertificateAuthenticator::ask(
    std::shared_ptr<const Credentials> credentials, Occasion occasion,
    logs::TraceStore::Recorder trace) {
    auto known = co_await ask_with_thing(std::move(credentials), occasion, trace);
    if (!known) co_return std::unexpected(std::move(known.error()));
    co_return std::move(known->identity);
}

async::Task<std::expected<CertificateAuthenticator::Known, Refusal>>
CertificateAuthenticator::ask_with_thing(std::shared_ptr<const Credentials> credentials,
                                         Occasion occasion, logs::TraceStore::Recorder trace) {
    auto recognised = co_await recognise(credentials, occasion, trace);
    if (!recognised) co_return std::unexpected(std::move(recognised.error()));
    registry::CertificatePrincipal& principal = recognised->principal;
    auto policies = policies_of(*credentials, principal);
    if (!policies) {
        trace.step(StepKind::AuthorizerChosen, StepStatus::Failed, policies.error().sentence);
        co_return std::unexpected(std::move(policies.error()));
    }
    auto identity = std::make_shared<Identity>();
    identity->type = AuthenticationType::X509;
    identity->principal_id = principal.certificate.id.value();
    identity->registry_epoch = recognised->epoch;
    if (principal.is_exclusive) {
        identity->exclusive_thing =
            std::make_unique<const std::string>(principal.thing->name.value());
    }
    if (!principal.propagated.empty()) {
        identity->propagated =
            std::make_unique<const registry::UserProperties>(std::move(principal.propagated));
    }
    identity->policies = std::move(*policies);
    co_return Known{std::move(identity), std::move(principal.thing)};
}

async::Task<std::expected<CertificateProofPtr, Refusal>> CertificateAuthenticator::prove(
    std::shared_ptr<const Credentials> credentials, Occasion occasion,
    logs::TraceStore::Recorder trace) {
    const auto known = co_await recognise(credentials, occasion, trace);
    if (!known) co_return std::unexpected(known.error());
    auto sources = sources_of(known->principal);
    if (!sources) {
        trace.step(StepKind::AuthorizerChosen, StepStatus::Failed, sources.error().sentence);
        co_return std::unexpected(std::move(sources.error()));
    }
    co_return std::make_shared<const CertificateProof>(
        CertificateProof{.id = known->principal.certificate.id,
                         .registry_epoch = known->epoch,
                         .policies = std::move(*sources),
                         .variables = connection_variables(
                             *credentials, facts_of(*credentials, known->principal), parts_.clock),
                         .propagated = known->principal.propagated});
}

async::Task<std::expected<std::shared_ptr<const Credentials>, Refusal>>
CertificateAuthenticator::credentials_of(AbsentClient client) {
    if (client.credentials != nullptr) co_return std::move(client.credentials);
    using Read = registry::Outcome<registry::CertificatePrincipal>;
    const certificates::CertificateId id(client.certificate_id);
    const auto found =
        co_await parts_.store.run([&](storage::ResourceStore& store) -> Result<Read> {
            return registry::read_principal(store, client.tenant, id, client.client_id);
        });
    if (!found) {
        co_return std::unexpected(refusal_of(registry::refused_by(found.error()), id));
    }
    if (!*found) co_return std::unexpected(refusal_of(found->error(), id));
    auto certificate = certificates::parse_certificate_pem((*found)->certificate.pem);
    if (!certificate) {
        co_return std::unexpected(
            certificate_refusal("INTERNAL_SERVER_ERROR", certificate.error().describe()));
    }
    auto credentials = std::make_shared<Credentials>();
    credentials->tenant = client.tenant;
    credentials->peer.client_certificate = std::move(certificate->der);
    credentials->mqtt.emplace().client_id = client.client_id;
    credentials->names_endpoint = true;  // as it did to come in, if it had to
    co_return std::shared_ptr<const Credentials>(std::move(credentials));
}

CertificateAuthenticator::Found CertificateAuthenticator::read_waiting(
    storage::ResourceStore& store, const Credentials& credentials) {
    auto principal = registry::read_principal(
        store, credentials.tenant,
        certificates::certificate_id_of(credentials.peer.client_certificate),
        credentials.name_of_thing());
    if (!principal) return registry::refuse(std::move(principal.error()));
    const auto by_template = registry::waits_for_provisioning(store, principal->certificate);
    if (!by_template) return registry::refuse(by_template.error());
    return LookedUp{std::move(*principal),
                    *by_template ? WaitsFor::Provisioning : WaitsFor::Activation};
}

async::Task<CertificateAuthenticator::Found> CertificateAuthenticator::look_up(
    std::shared_ptr<const Credentials> credentials, Occasion occasion) {
    auto answer = co_await parts_.store.run([&](storage::ResourceStore& store) -> Result<Found> {
        const Bytes& presented = credentials->peer.client_certificate;
        const auto read = [&] { return read_waiting(store, *credentials); };
        auto found = read();
        if (found || found.error().refusal != registry::Refusal::ResourceNotFound ||
            occasion == Occasion::Review) {
            return found;
        }
        const registry::CertificateRecords::Parts parts{parts_.clock, parts_.random};
        const auto added =
            registry::CertificateRecords(store, parts)
                .add_just_in_time(credentials->tenant, presented,
                                  credentials->names_endpoint ? registry::EndpointNamed::Yes
                                                              : registry::EndpointNamed::No);
        if (!added) return Found(registry::refuse(added.error()));
        return *added ? read() : std::move(found);
    });
    if (!answer) co_return registry::refuse(registry::refused_by(answer.error()));
    co_return std::move(*answer);
}

void CertificateAuthenticator::take_revocations(certificates::RevocationListsPtr lists) {
    revocations_.replace(std::move(lists));
    epochs_.note(registry::every_client());
}

std::expected<void, Refusal> CertificateAuthenticator::check_unrevoked(
    BytesView certificate_der, const certificates::CertificateId& id) const {
    const auto lists = revocations_.get();
    if (lists->size() == 0) return {};
    const auto revocation = lists->find(certificate_der);
    if (!revocation) return {};
    return std::unexpected(certificate_refusal(
        "DEVICE_CERTIFICATE_REVOKED",
        fmt::format("the client certificate {} is on the revocation list of its issuer, {}, "
                    "since {}{}",
                    id.view(), revocation->issuer, format_iso8601(revocation->since),
                    revocation->reason.empty() ? "" : " (" + revocation->reason + ")")));
}

std::expected<void, Refusal> CertificateAuthenticator::check(const Credentials& credentials,
                                                             const LookedUp& found) const {
    const registry::RegisteredCertificate& certificate = found.principal.certificate;
    if (certificate.status == CertificateStatus::Revoked) {
        return refused_certificate(certificate, "DEVICE_CERTIFICATE_REVOKED", "is revoked");
    }
    if (certificate.mode == registry::CertificateMode::SniOnly && !credentials.names_endpoint) {
        return refused_certificate(
            certificate, "SNI_MISUSED",
            "is registered in mode SNI_ONLY, and the client named no endpoint of this "
            "account in TLS (SNI): connect by the endpoint's name (`aws iot "
            "describe-endpoint`); further names are given by --endpoint");
    }
    if (auto active = check_active(found); !active) return active;
    const WallTime now = parts_.clock.wall_now();
    if (now < certificate.not_before) {
        return refused_certificate(certificate, inactive_reason,
                                   "is not valid yet; is the clock right?");
    }
    if (now > certificate.not_after) {
        return refused_certificate(certificate, inactive_reason, "has run out");
    }
    return {};
}

std::expected<void, Refusal> CertificateAuthenticator::check_active(const LookedUp& found) const {
    const registry::RegisteredCertificate& certificate = found.principal.certificate;
    if (certificate.status == CertificateStatus::Active) return {};
    if (certificate.status == CertificateStatus::PendingActivation &&
        !certificate.authority.empty()) {
        const bool by_template = found.waits_for == WaitsFor::Provisioning;
        return refused_certificate(
            certificate, inactive_reason,
            fmt::format("is registered, by CA certificate {}, and PENDING_ACTIVATION; {}",
                        certificate.authority.view(),
                        by_template ? "it is provisioned by the CA's template now: connect again, "
                                      "or see the event ProvisionDevice"
                                    : "activate it with UpdateCertificate"));
    }
    return refused_certificate(certificate, inactive_reason,
                               fmt::format("is {}; {}", name_of_choice(certificate.status),
                                           certificate.status == CertificateStatus::PendingTransfer
                                               ? "it waits for another account to accept it"
                                               : "activate it with UpdateCertificate"));
}

std::expected<std::vector<policy::PolicySource>, Refusal> CertificateAuthenticator::sources_of(
    const registry::CertificatePrincipal& principal) const {
    std::vector<policy::PolicySource> sources;
    for (const registry::AttachedPolicy& policy : principal.policies) {
        auto document =
            policy::parse_document(policy.document, policy::Dialect::IotPolicy, parts_.limits);
        if (!document) {
            return std::unexpected(certificate_refusal(
                "INTERNAL_SERVER_ERROR", fmt::format("{} does not read: {}", source_of(policy),
                                                     document.error().describe())));
        }
        sources.push_back(
            {source_of(policy), std::make_shared<const policy::Document>(std::move(*document))});
    }
    return sources;
}

std::expected<CompiledPoliciesPtr, Refusal> CertificateAuthenticator::policies_of(
    const Credentials& credentials, const registry::CertificatePrincipal& principal) {
    std::vector<std::string> texts;
    for (const registry::AttachedPolicy& policy : principal.policies) {
        texts.push_back(source_of(policy));
        texts.push_back(policy.document);
    }
    const std::string key = KnownIndexes::key_of(credentials.tenant, "attached", texts);
    const auto variables = [&] {
        return connection_variables(credentials, facts_of(credentials, principal), parts_.clock);
    };
    const auto fill_in = [&](PolicyIndexPtr index) {
        const bool is_closed = index->open_variables().empty();
        return policy::fill_in(std::move(index), is_closed ? policy::Variables() : variables());
    };
    if (PolicyIndexPtr index = known_.find(key)) {
        if (auto policies = fill_in(std::move(index))) return policies;
    }
    auto sources = sources_of(principal);
    if (!sources) return std::unexpected(std::move(sources.error()));
    if (auto index = policy::PolicyIndex::make_open(*sources, credentials.tenant)) {
        if (auto policies = fill_in(index)) {
            known_.remember(key, index);
            return policies;
        }
    }
    return policy::compile(std::move(*sources), variables(), credentials.tenant);
}

}  // namespace gatehouse::authentication
