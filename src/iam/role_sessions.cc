#include "iam/role_sessions.h"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <utility>

#include "base/arn.h"
#include "base/encoding.h"
#include "iam/function_keys.h"
#include "iam/principal.h"
#include "iam/principal_policies.h"
#include "iam/record_lookup.h"
#include "iam/role_trust.h"
#include "iam/trusted_principals.h"
#include "policy/document.h"

namespace gatehouse::iam {
namespace {

constexpr std::string_view action = "sts:AssumeRole";
constexpr std::chrono::seconds chained_lifetime_max = std::chrono::hours(1);

struct RoleName {
    AccountId account;
    IdentityName name;
};

std::optional<RoleName> parse_role(std::string_view text) {
    const auto arn = parse_arn(text);
    if (!arn || arn->service != "iam" || !is_account_id(arn->account) ||
        !arn->resource.starts_with("role/")) {
        return std::nullopt;
    }
    const auto last = arn->resource.rfind('/');
    const std::size_t length = arn->resource.size() - last - 1;
    if (length == 0 || length > storage::name_bytes_max) return std::nullopt;
    return RoleName{AccountId(arn->account), {IdentityKind::Role, arn->resource.substr(last + 1)}};
}

// How far a trust policy goes.
enum class Trust : std::uint8_t {
    Denied,    // a statement denies
    None,      // nothing allows it
    Account,   // the caller's account may, which leaves it to the caller's policies
    Directly,  // the caller is named
};

// What is read of the store in one go.
struct Asked {
    std::optional<Identity> role;
    std::vector<std::string> principals;  // by which ARNs the caller may be named
    std::string caller_id;                // "AIDA…", "AROA…"; of root none
    policy::Variables variables;          // what the trust policy may ask
};

policy::Outcome decide(const policy::Document& document, const RoleRequest& request,
                       const Asked& asked, const std::string& principal) {
    const policy::RequestPolicies policies(
        {{"trust policy", std::make_shared<const policy::Document>(document)}}, asked.variables);
    return policies.decide({action, request.role_arn, {}, {"", principal}}).outcome;
}

// Without the statements' whole accounts, so that only who is named remains.
policy::Document without_accounts(policy::Document document) {
    for (policy::Statement& statement : document.statements) {
        if (!statement.principal || statement.effect == policy::Effect::Deny) continue;
        std::erase_if(statement.principal->accounts, [](const std::string& named) {
            return is_account_id(named) || named.ends_with(":root");
        });
    }
    return document;
}

Trust trust_in(const policy::Document& document, const RoleRequest& request, const Asked& asked) {
    Trust trust = Trust::None;
    const policy::Document named = without_accounts(document);
    for (const std::string& principal : asked.principals) {
        const auto outcome = decide(document, request, asked, principal);
        if (outcome == policy::Outcome::DeniedExplicitly) return Trust::Denied;
        if (outcome != policy::Outcome::Allowed) continue;
        const bool is_named = decide(named, request, asked, principal) == policy::Outcome::Allowed;
        if (is_named) trust = Trust::Directly;
        if (trust == Trust::None) trust = Trust::Account;
    }
    return trust;
}

// What the request itself says, which both the trust policy and the caller's own may ask.
void add_request_facts(const RoleRequest& request, std::vector<policy::Variable>& facts) {
    facts.push_back({"sts:RoleSessionName", {request.session}, ""});
    if (!request.external_id.empty()) {
        facts.push_back({"sts:ExternalId", {request.external_id}, ""});
    }
}

policy::Variables trust_variables(const RoleRequest& request, const Identity* caller,
                                  const std::string& session, const Identity* role,
                                  const Clock& clock) {
    const Principal principal{.account = request.caller.account,
                              .region = request.caller.region,
                              .arn = request.caller.principal,
                              .session_facts = request.caller.session_facts};
    std::string id = caller == nullptr ? request.caller.account.value() : caller->id;
    if (!session.empty()) id += ":" + session;
    policy::Variables variables = variables_of(principal, caller, id, clock);
    const auto role_name = parse_role(request.role_arn);
    if (role_name) variables.set("aws:ResourceAccount", role_name->account.value());
    for (const policy::Variable& each : request.caller.context) {
        variables.set(each.name, each.values);
    }
    if (role != nullptr) add_tags_of_role(*role, variables);
    return variables;
}

Result<Asked> read_both(storage::ResourceStore& store, const RoleName& name,
                        const RoleRequest& request, const Clock& clock) {
    Asked asked{.role = std::nullopt,
                .principals = {request.caller.principal},
                .caller_id = {},
                .variables = {}};
    auto role = find_identity(store, name.account, name.name);
    if (!role && role.error().kind != ErrorKind::NotFound) return fail(role.error());
    if (role &&
        arn_of(Tenant{name.account, request.caller.region}, role->identity) == request.role_arn) {
        asked.role = std::move(role->identity);
    }
    const auto caller = parse_caller(request.caller.principal);
    const Identity* const role_read = asked.role ? &*asked.role : nullptr;
    if (!caller || !caller->identity) {
        asked.variables = trust_variables(request, nullptr, "", role_read, clock);
        return asked;
    }
    const auto own = find_identity(store, request.caller.account, *caller->identity);
    if (!own && own.error().kind != ErrorKind::NotFound) return fail(own.error());
    const std::string& id = request.caller.identity_id;
    // Who is gone is nobody that a trust policy names, whoever has the name by now.
    if (!id.empty() && (!own || own->identity.id != id)) asked.principals.clear();
    if (own && !caller->session.empty() && !asked.principals.empty()) {
        asked.principals.push_back(
            arn_of(Tenant{request.caller.account, request.caller.region}, own->identity));
    }
    if (!own) asked.principals.clear();
    if (!own || asked.principals.empty()) return asked;
    asked.caller_id = own->identity.id;
    asked.variables = trust_variables(request, &own->identity, caller->session, role_read, clock);
    if (!asked.role) return asked;
    // A user may have been named before it was renamed.
    for (const auto& [named, id] : asked.role->trusted_ids) {
        if (id == asked.caller_id && parse_caller(named).value_or(CallerName{}).session.empty()) {
            asked.principals.push_back(named);
        }
    }
    return asked;
}

std::unexpected<Error> not_authorized(const RoleRequest& request, std::string_view ours) {
    return fail(ErrorKind::NotAllowed,
                fmt::format("User: {} is not authorized to perform: {} on resource: {} ({})",
                            request.caller.principal, action, request.role_arn, ours));
}

std::unexpected<Error> too_long(const Identity& role) {
    return fail(ErrorKind::InvalidInput,
                fmt::format("The requested DurationSeconds exceeds the MaxSessionDuration set "
                            "for this role ({}).",
                            role.session_seconds_max));
}

Result<void> check_lifetime(const RoleRequest& request, const Identity& role) {
    if (request.lifetime.count() > role.session_seconds_max) return too_long(role);
    const auto caller = parse_caller(request.caller.principal);
    if (caller && !caller->session.empty() && request.lifetime > chained_lifetime_max) {
        return fail(ErrorKind::InvalidInput,
                    "The requested DurationSeconds exceeds the 1 hour session limit for roles "
                    "assumed by role chaining.");
    }
    return {};
}

}  // namespace

async::Task<Result<RoleSession>> RoleSessions::assume(RoleRequest request) {
    const auto name = parse_role(request.role_arn);
    if (!name) {
        co_return fail(ErrorKind::InvalidInput,
                       fmt::format("{} is not the ARN of a role", request.role_arn));
    }
    add_request_facts(request, request.caller.context);
    const auto asked = co_await store_.run(
        [&](storage::ResourceStore& store) { return read_both(store, *name, request, clock_); });
    if (!asked) co_return fail(asked.error());
    if (!asked->role) co_return not_authorized(request, "there is no such role");
    auto document = policy::parse_document(asked->role->trust_policy, policy::Dialect::TrustPolicy);
    if (!document) co_return fail(ErrorKind::Corrupt, document.error().describe());
    const Trust trust =
        trust_in(without_others(std::move(*document), asked->role->trusted_ids, asked->caller_id),
                 request, *asked);
    if (trust == Trust::Denied) {
        co_return not_authorized(request, "the role's trust policy denies it explicitly");
    }
    if (trust == Trust::None) {
        co_return not_authorized(request, "the role's trust policy allows it to somebody else");
    }
    if (!request.caller_is_root) {
        request.caller.action = action;
        request.caller.resources = {request.role_arn};
        const auto verdict = co_await judge_.judge(request.caller);
        if (!verdict) co_return fail(verdict.error());
        const bool suffices = trust == Trust::Directly && request.caller.account == name->account &&
                              !verdict->denied_explicitly;
        if (!verdict->allowed && !suffices)
            co_return fail(ErrorKind::NotAllowed, verdict->sentence);
    }
    if (auto checked = check_lifetime(request, *asked->role); !checked) {
        co_return fail(std::move(checked.error()));
    }
    const Tenant tenant{name->account, request.caller.region};
    RoleSession session{.key = {},
                        .id = fmt::format("{}:{}", asked->role->id, request.session),
                        .arn = assumed_role_arn(tenant, request.role_arn, request.session)};
    auto key = keys_.issue(
        {.account = name->account, .principal = session.arn, .identity_id = asked->role->id},
        request.lifetime);
    if (!key) co_return fail(std::move(key.error()));
    session.key = std::move(*key);
    co_return session;
}

async::Task<Result<Identity>> RoleSessions::trusting_role(const ServiceRoleRequest& request) {
    const auto name = parse_role(request.role_arn);
    const auto not_assumed = [&](std::string_view because) {
        return fail(ErrorKind::NotAllowed, fmt::format("{} may not assume {}: {}", request.service,
                                                       request.role_arn, because));
    };
    if (!name || name->account != request.tenant.account) {
        co_return not_assumed("it is no role of this account");
    }
    auto role = co_await store_.run([&](storage::ResourceStore& store) -> Result<Identity> {
        auto found = find_identity(store, name->account, name->name);
        if (!found) return fail(std::move(found.error()));
        return std::move(found->identity);
    });
    if (!role && role.error().kind != ErrorKind::NotFound) co_return fail(role.error());
    if (!role || arn_of(request.tenant, *role) != request.role_arn) {
        co_return not_assumed("there is no such role");
    }
    const auto does = trusts(*role,
                             {.service = request.service,
                              .tenant = request.tenant,
                              .role_arn = request.role_arn,
                              .session = request.session,
                              .context = request.context},
                             clock_);
    if (!does) co_return fail(does.error());
    if (!*does) co_return not_assumed("the role's trust policy does not name it");
    co_return std::move(*role);
}

async::Task<Result<void>> RoleSessions::check_for_service(ServiceRoleRequest request,
                                                          std::vector<RoleAction> actions) {
    auto role = co_await trusting_role(request);
    if (!role) co_return fail(std::move(role.error()));
    AccessQuestion question{
        .account = request.tenant.account,
        .principal = assumed_role_arn(request.tenant, request.role_arn, request.session),
        .access_key_id = {},
        .service = {},
        .region = request.tenant.region,
        .action = {},
        .resources = {},
        .context = {{"aws:RequestedRegion", {request.tenant.region.value()}, ""}},
        .identity_id = role->id,
        .session_facts = {{"aws:TokenIssueTime", format_iso8601(clock_.wall_now())}}};
    for (RoleAction& each : actions) {
        question.action = std::move(each.action);
        question.resources = std::move(each.resources);
        const auto verdict = co_await judge_.judge(question);
        if (!verdict) co_return fail(verdict.error());
        if (!verdict->allowed) co_return fail(ErrorKind::NotAllowed, verdict->sentence);
    }
    co_return Result<void>();
}

async::Task<Result<RoleSession>> RoleSessions::assume_for_service(ServiceRoleRequest request,
                                                                  TemporaryKeys& keys) {
    auto role = co_await trusting_role(request);
    if (!role) co_return fail(std::move(role.error()));
    if (request.lifetime.count() > role->session_seconds_max) co_return too_long(*role);
    RoleSession session{.key = {},
                        .id = fmt::format("{}:{}", role->id, request.session),
                        .arn = assumed_role_arn(request.tenant, request.role_arn, request.session)};
    auto key = keys.issue({.account = request.tenant.account,
                           .principal = session.arn,
                           .identity_id = role->id,
                           .session_facts = std::move(request.session_facts)},
                          request.lifetime);
    if (!key) co_return fail(std::move(key.error()));
    session.key = std::move(*key);
    co_return session;
}

}  // namespace gatehouse::iam
