#include "authentication/certificate_authenticator.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "authentication/connection_variables.h"
#include "registry/principal_facts.h"

namespace gatehouse::authentication {
namespace {

using logs::StepKind;
using logs::StepStatus;
using registry::CertificateStatus;

Refusal refusal(std::string reason, std::string sentence) {
    return {.type = AuthenticationType::X509,
            .reason = std::move(reason),
            .sentence = std::move(sentence)};
}

Refusal refusal_of(const registry::Refused& refused, const registry::CertificateId& id) {
    if (refused.refusal == registry::Refusal::ResourceNotFound) {
        return refusal("DEVICE_CERTIFICATE_NOT_REGISTERED",
                       fmt::format("the client certificate {} is not registered; register it, or "
                                   "let CreateKeysAndCertificate make one",
                                   id.view()));
    }
    Refusal unavailable =
        refusal("INTERNAL_SERVER_ERROR",
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

async::Task<AuthenticationResult> CertificateAuthenticator::ask(
    std::shared_ptr<const Credentials> credentials, logs::TraceStore::Recorder trace) {
    const auto id = certificates::certificate_id_of(credentials->peer.client_certificate);
    std::optional<std::string> client_id;
    if (credentials->mqtt) client_id = credentials->mqtt->client_id;
    const auto refuse = [&](Refusal refusal) -> std::unexpected<Refusal> {
        trace.step(StepKind::AuthorizerChosen, StepStatus::Failed, refusal.sentence);
        return std::unexpected(std::move(refusal));
    };
    const std::uint64_t epoch =
        epochs_.stamp(credentials->tenant, id.view(), client_id.value_or(std::string()));
    auto read =
        co_await store_.run([&](storage::ResourceStore& store)
                                -> Result<registry::Outcome<registry::CertificatePrincipal>> {
            return registry::read_principal(store, credentials->tenant, id, client_id);
        });
    if (!read) co_return refuse(refusal_of(registry::refused_by(read.error()), id));
    if (!*read) co_return refuse(refusal_of(read->error(), id));
    const registry::CertificatePrincipal& principal = **read;
    if (auto checked = check(principal.certificate); !checked) {
        co_return refuse(std::move(checked.error()));
    }
    auto policies = policies_of(*credentials, principal);
    if (!policies) co_return refuse(std::move(policies.error()));
    trace.step(StepKind::AuthorizerChosen, StepStatus::Passed,
               fmt::format("the client certificate {} is registered and ACTIVE, with {} policies{}",
                           id.view(), principal.policies.size(),
                           principal.thing ? fmt::format("; it acts for thing '{}'",
                                                         principal.thing->name.view())
                                           : std::string()));
    auto identity = std::make_shared<Identity>();
    identity->type = AuthenticationType::X509;
    identity->principal_id = id.value();
    identity->registry_epoch = epoch;
    identity->policies = std::move(*policies);
    co_return IdentityPtr(std::move(identity));
}

std::expected<void, Refusal> CertificateAuthenticator::check(
    const registry::RegisteredCertificate& certificate) const {
    const auto refused = [&](std::string reason, std::string why) {
        return std::unexpected(
            refusal(std::move(reason),
                    fmt::format("the client certificate {} {}", certificate.id.view(), why)));
    };
    if (certificate.status == CertificateStatus::Revoked) {
        return refused("DEVICE_CERTIFICATE_REVOKED", "is revoked");
    }
    if (certificate.status != CertificateStatus::Active) {
        return refused("DEVICE_CERTIFICATE_INACTIVE",
                       fmt::format("is {}; activate it with UpdateCertificate",
                                   name_of_choice(certificate.status)));
    }
    const WallTime now = clock_.wall_now();
    if (now < certificate.not_before) {
        return refused("DEVICE_CERTIFICATE_INACTIVE", "is not valid yet; is the clock right?");
    }
    if (now > certificate.not_after) {
        return refused("DEVICE_CERTIFICATE_INACTIVE", "has run out");
    }
    return {};
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
        return connection_variables(credentials, facts_of(credentials, principal), clock_);
    };
    const auto fill_in = [&](PolicyIndexPtr index) {
        const bool is_closed = index->open_variables().empty();
        return policy::fill_in(std::move(index), is_closed ? policy::Variables() : variables());
    };
    if (PolicyIndexPtr index = known_.find(key)) {
        if (auto policies = fill_in(std::move(index))) return policies;
    }
    std::vector<policy::PolicySource> sources;
    for (const registry::AttachedPolicy& policy : principal.policies) {
        auto document =
            policy::parse_document(policy.document, policy::Dialect::IotPolicy, limits_);
        if (!document) {
            return std::unexpected(refusal("INTERNAL_SERVER_ERROR",
                                           fmt::format("{} does not read: {}", source_of(policy),
                                                       document.error().describe())));
        }
        sources.push_back(
            {source_of(policy), std::make_shared<const policy::Document>(std::move(*document))});
    }
    if (auto index = policy::PolicyIndex::make_open(sources, credentials.tenant)) {
        if (auto policies = fill_in(index)) {
            known_.remember(key, index);
            return policies;
        }
    }
    return policy::compile(std::move(sources), variables(), credentials.tenant);
}

}  // namespace gatehouse::authentication
