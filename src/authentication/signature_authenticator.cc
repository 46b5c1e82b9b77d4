#include "authentication/signature_authenticator.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "authentication/connection_variables.h"
#include "iam/principal.h"
#include "policy/document.h"
#include "signature/verifier.h"

namespace gatehouse::authentication {
namespace {

using logs::StepKind;
using logs::StepStatus;
using std::chrono::seconds;

// The data plane's own name in the SDKs' models, beside the one of the guide.
constexpr std::string_view data_service = "iotdata";
constexpr std::string_view websocket_path = "/mqtt";
constexpr std::string_view allow_everything =
    R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}})";

std::unexpected<Refusal> refuse(std::string reason, std::string sentence,
                                Refusal::Kind kind = Refusal::Kind::NotAuthenticated) {
    return std::unexpected(Refusal{.kind = kind,
                                   .type = AuthenticationType::SigV4,
                                   .reason = std::move(reason),
                                   .sentence = std::move(sentence),
                                   .authorizer_name = {}});
}

std::string_view reason_of(signature::Problem problem) {
    using signature::Problem;
    switch (problem) {
        case Problem::ExpiredToken:
        case Problem::ExpiredSignature: return "SECURITY_TOKEN_EXPIRED";
        case Problem::PayloadHashMismatch:
        case Problem::SignatureMismatch: return "SECURITY_TOKEN_SIGNATURE_MISMATCH";
        default: return "SECURITY_TOKEN_INVALID";
    }
}

// Its canonical form holds what the client sent, tokens too, which no log may have.
std::string sentence_of(const signature::Refusal& refusal) {
    if (refusal.problem != signature::Problem::SignatureMismatch) return refusal.message;
    return fmt::format(
        "the signature is another one than the access key makes of this request; {}",
        refusal.likely_cause.empty()
            ? "check the secret access key, and that the host name, path and query were signed as "
              "they are sent"
            : refusal.likely_cause);
}

policy::PolicySource roots_policy() {
    auto document = policy::parse_document(allow_everything, policy::Dialect::IdentityPolicy);
    return {"the account's root user may do everything",
            std::make_shared<const policy::Document>(std::move(document.value()))};
}

}  // namespace

std::expected<void, Refusal> SignatureAuthenticator::check_scope(
    const Credentials& credentials, const signature::Scope& scope) const {
    const bool may_be_data =
        credentials.http->path != websocket_path && scope.service == data_service;
    if (scope.service != signature::websocket_service && !may_be_data) {
        return refuse("SECURITY_TOKEN_INVALID",
                      fmt::format("it is signed for service '{}', and devices sign for '{}'",
                                  scope.service, signature::websocket_service));
    }
    if (parts_.regions == Regions::OfEndpoint && scope.region != credentials.tenant.region) {
        return refuse("SECURITY_TOKEN_INVALID",
                      fmt::format("it is signed for region '{}', and this endpoint is in {}",
                                  scope.region.view(), credentials.tenant.region.view()));
    }
    return {};
}

std::expected<signature::AccessKey, Refusal> SignatureAuthenticator::prove(
    const Credentials& credentials) const {
    const signature::RequestView request = view_of(*credentials.http);
    const auto claim = signature::read_claim(request);
    if (!claim) {
        return refuse(std::string(reason_of(claim.error().problem)), claim.error().message);
    }
    auto key = parts_.keys.find(claim->credential.access_key_id);
    if (!key) {
        return refuse("SECURITY_TOKEN_INVALID",
                      fmt::format("access key '{}' is not known here or not active",
                                  claim->credential.access_key_id.value()));
    }
    if (auto checked = check_scope(credentials, claim->credential.scope); !checked) {
        return std::unexpected(std::move(checked.error()));
    }
    const auto proved = signature::verify(*claim, request, *key, parts_.signing_clock.wall_now());
    if (!proved) {
        return refuse(std::string(reason_of(proved.error().problem)), sentence_of(proved.error()));
    }
    if (key->account != credentials.tenant.account) {
        return refuse("SECURITY_TOKEN_INVALID",
                      fmt::format("the access key is of account {}, and this endpoint is of "
                                  "account {}",
                                  key->account.view(), credentials.tenant.account.view()));
    }
    return std::move(*key);
}

async::Task<AuthenticationResult> SignatureAuthenticator::ask(
    std::shared_ptr<const Credentials> credentials, logs::TraceStore::Recorder trace) {
    trace.step(StepKind::AuthorizerChosen, StepStatus::Noted,
               "the request is signed (SigV4), so that IAM decides");
    const std::uint64_t epoch = const_count_of(credentials->tenant.account);
    auto key = prove(*credentials);
    if (!key) {
        trace.step(StepKind::SignatureChecked, StepStatus::Failed, key.error().sentence);
        co_return std::unexpected(std::move(key.error()));
    }
    trace.step(StepKind::SignatureChecked, StepStatus::Passed,
               fmt::format("it is of an access key of {}", key->principal));
    co_return co_await identify(std::move(credentials), std::move(*key), epoch);
}

async::Task<AuthenticationResult> SignatureAuthenticator::review(
    std::shared_ptr<const Credentials> credentials, logs::TraceStore::Recorder trace) {
    const std::uint64_t epoch = const_count_of(credentials->tenant.account);
    const auto& key_id = credentials->access_key_id;
    auto key = parts_.keys.find(signature::AccessKeyId(key_id ? *key_id : std::string()));
    AuthenticationResult result;
    if (!key) {
        result = refuse("SECURITY_TOKEN_INVALID",
                        "the access key that the connection was signed with is no longer active");
    } else {
        result = co_await identify(std::move(credentials), std::move(*key), epoch);
    }
    trace.step(StepKind::Refreshed, result ? StepStatus::Passed : StepStatus::Failed,
               result ? "something of IAM changed; the policies were read again"
                      : result.error().sentence);
    co_return result;
}

async::Task<AuthenticationResult> SignatureAuthenticator::identify(
    std::shared_ptr<const Credentials> credentials, signature::AccessKey key, std::uint64_t epoch) {
    const auto caller = iam::parse_caller(key.principal);
    iam::PrincipalPolicies policies;
    if (caller && caller->is_root()) {
        policies.id = key.account.value();
        policies.sources = {roots_policy()};
    } else {
        auto read = co_await parts_.store.run([&](storage::ResourceStore& store) {
            return iam::read_principal_policies(store,
                                                {.account = key.account,
                                                 .region = credentials->tenant.region,
                                                 .arn = key.principal,
                                                 .identity_id = key.identity_id,
                                                 .session_facts = key.session_facts},
                                                parts_.clock);
        });
        if (!read) {
            co_return refuse("INTERNAL_SERVER_ERROR",
                             fmt::format("the policies of {} cannot be read: {}", key.principal,
                                         read.error().describe()),
                             Refusal::Kind::Unavailable);
        }
        policies = std::move(*read);
    }
    if (policies.id.empty()) {
        co_return refuse("SECURITY_TOKEN_INVALID", fmt::format("{} is gone", key.principal));
    }
    co_return make_identity(*credentials, key, std::move(policies), epoch);
}

IdentityPtr SignatureAuthenticator::make_identity(const Credentials& credentials,
                                                  const signature::AccessKey& key,
                                                  iam::PrincipalPolicies policies,
                                                  std::uint64_t epoch) const {
    policy::Variables variables =
        connection_variables(credentials, AuthenticationType::SigV4, parts_.clock);
    variables.set("aws:RequestedRegion", credentials.tenant.region.value());
    variables.set("aws:ResourceAccount", credentials.tenant.account.value());
    variables.set_family_absent("aws:ResourceTag/", "topics and clients have no tags");
    if (credentials.http != nullptr) {
        for (const auto& [key, name] :
             {std::pair("aws:UserAgent", "User-Agent"), std::pair("aws:Referer", "Referer")}) {
            const auto header = credentials.http->headers.find(name);
            if (header) variables.set(key, std::string(*header));
        }
    }
    for (const policy::Variable& one : policies.variables.all()) {
        if (one.values.empty()) {
            variables.set_absent(one.name, one.absent_because);
        } else {
            variables.set(one.name, one.values);
        }
    }
    auto identity = std::make_shared<Identity>();
    identity->type = AuthenticationType::SigV4;
    identity->principal_id = std::move(policies.id);
    identity->registry_epoch = epoch;
    seconds life = connection_life_max;
    if (key.expires) {
        const auto left = *key.expires - parts_.clock.wall_now();  // it was issued by this one
        life = std::clamp(std::chrono::duration_cast<seconds>(left), seconds(1), life);
    }
    identity->disconnect_after = Identity::Seconds(static_cast<std::uint32_t>(life.count()));
    identity->policies =
        policy::compile(std::move(policies.sources), variables, credentials.tenant);
    return identity;
}

SignatureAuthenticator::Count& SignatureAuthenticator::count_of(const AccountId& account) {
    return counts_[std::hash<std::string_view>()(account.view()) % counts_.size()];
}

std::uint64_t SignatureAuthenticator::const_count_of(const AccountId& account) const {
    return counts_[std::hash<std::string_view>()(account.view()) % counts_.size()];
}

}  // namespace gatehouse::authentication
