#include "iam/access_judge.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "base/arn.h"
#include "iam/identity_record.h"
#include "iam/principal.h"
#include "iam/record_lookup.h"
#include "policy/document.h"

namespace gatehouse::iam {
namespace {

// Sessions have names of their callers' choice.
constexpr std::size_t kept_max = 1000;

Result<policy::PolicySource> source_of(std::string name, const std::string& text) {
    // It was checked against its quota when it was written.
    auto document =
        policy::parse_document(text, policy::Dialect::IdentityPolicy, {.characters_max = 404'600});
    if (!document) {
        return fail(ErrorKind::Corrupt, fmt::format("the stored policy {} does not read back: {}",
                                                    name, document.error().describe()));
    }
    return policy::PolicySource{std::move(name),
                                std::make_shared<const policy::Document>(std::move(*document))};
}

// The identity's own policies, inline and attached.
Result<void> add_policies(storage::ResourceStore& store, const AccountId& account,
                          const Identity& identity, std::vector<policy::PolicySource>& sources) {
    const std::string owner = identity.name.text();
    for (const auto& [name, text] : identity.policies) {
        auto source = source_of(fmt::format("{} of {}", name, owner), text);
        if (!source) return fail(std::move(source.error()));
        sources.push_back(std::move(*source));
    }
    const auto links =
        store.links({.tenant = home_of(account), .relation = attachment_relation, .name = owner});
    if (!links) return fail(links.error());
    for (const std::string& end : links->names) {
        const auto policy = linked_policy(store, account, end);
        if (!policy && policy.error().kind == ErrorKind::NotFound) continue;
        if (!policy) return fail(policy.error());
        auto source = source_of(policy->name.value(), policy->counting().document);
        if (!source) return fail(std::move(source.error()));
        sources.push_back(std::move(*source));
    }
    return {};
}

Result<void> add_group_policies(storage::ResourceStore& store, const AccountId& account,
                                const std::string& user,
                                std::vector<policy::PolicySource>& sources) {
    const auto groups =
        store.links({.tenant = home_of(account), .relation = membership_relation, .name = user});
    if (!groups) return fail(groups.error());
    for (const std::string& name : groups->names) {
        const auto group = find_identity(store, account, {IdentityKind::Group, name});
        if (!group && group.error().kind == ErrorKind::NotFound) continue;
        if (!group) return fail(group.error());
        if (auto added = add_policies(store, account, group->identity, sources); !added) {
            return added;
        }
    }
    return {};
}

// Source: IAM User Guide, "AWS global condition context keys", properties of the principal.
policy::Variables variables_of(const AccessQuestion& question, const CallerName& caller,
                               const Identity& identity, const Clock& clock) {
    const bool is_user = identity.name.kind == IdentityKind::User;
    policy::Variables variables;
    variables.set_clock(clock);
    variables.set("aws:PrincipalAccount", question.account.value());
    variables.set("aws:PrincipalType", std::string(is_user ? "User" : "AssumedRole"));
    variables.set(
        "aws:PrincipalArn",
        is_user ? question.principal : arn_of(Tenant{question.account, question.region}, identity));
    variables.set("aws:userid",
                  is_user ? identity.id : fmt::format("{}:{}", identity.id, caller.session));
    if (is_user) {
        variables.set("aws:username", identity.name.name);
    } else {
        variables.set_absent("aws:username", "the caller is a role session");
    }
    for (const auto& [key, value] : identity.tags) variables.set("aws:PrincipalTag/" + key, value);
    return variables;
}

// Requests name users, groups and roles without their paths, and policies mean them with these.
Result<void> complete_path(storage::ResourceStore& store, const AccountId& account,
                           std::string& resource) {
    const auto arn = parse_arn(resource);
    if (!arn || arn->service != "iam" || arn->account != account.view()) return {};
    const auto slash = arn->resource.find('/');
    const auto kind = parse_choice<IdentityKind>(std::string_view(arn->resource).substr(0, slash));
    if (slash == std::string::npos || !kind) return {};
    const auto found = find_identity(store, account, {*kind, arn->resource.substr(slash + 1)});
    if (!found && found.error().kind == ErrorKind::NotFound) return {};
    if (!found) return fail(found.error());
    Arn whole = *arn;
    whole.resource = fmt::format("{}{}{}", name_of_choice(*kind), found->identity.path,
                                 found->identity.name.name);
    resource = whole.text();
    return {};
}

// In AWS's words, then in ours.
std::string denial(const AccessQuestion& question, const std::string& resource,
                   const policy::Explanation& explanation) {
    const std::string because =
        explanation.outcome == policy::Outcome::DeniedExplicitly
            ? "with an explicit deny in an identity-based policy"
            : fmt::format("because no identity-based policy allows the {} action", question.action);
    return fmt::format("User: {} is not authorized to perform: {} on resource: {} {} ({})",
                       question.principal, question.action, resource, because,
                       explanation.sentence);
}

Verdict verdict_of(const policy::RequestPolicies& policies, const AccessQuestion& question) {
    std::vector<std::vector<std::string_view>> values;
    for (const policy::Variable& each : question.context) {
        values.emplace_back(each.values.begin(), each.values.end());
    }
    std::vector<policy::ContextEntry> context;
    for (std::size_t i = 0; i < values.size(); ++i) {
        context.push_back({question.context[i].name, values[i]});
    }
    for (const std::string& resource : question.resources) {
        policy::Request request{question.action, resource, context, {}};
        const policy::Decision decision = policies.decide(request);
        if (decision.allowed()) continue;
        request.at = decision.at;
        return {.allowed = false,
                .denied_explicitly = decision.outcome == policy::Outcome::DeniedExplicitly,
                .sentence = denial(question, resource, policies.explain(request))};
    }
    return {.allowed = true};
}

}  // namespace

void AccessJudge::changed() {
    const auto compiled = compiled_.lock();
    ++compiled->generation;
    compiled->by_principal.clear();
}

AccessJudge::Policies AccessJudge::kept_for(const std::string& principal) const {
    const auto compiled = compiled_.lock();
    const auto found = compiled->by_principal.find(principal);
    return found == compiled->by_principal.end() ? nullptr : found->second;
}

Result<AccessJudge::Policies> AccessJudge::policies_of(storage::ResourceStore& store,
                                                       const AccessQuestion& question) {
    const std::uint64_t generation = compiled_.lock()->generation;
    const auto caller = parse_caller(question.principal);
    std::vector<policy::PolicySource> sources;
    policy::Variables variables;
    if (caller && caller->identity) {
        const auto found = find_identity(store, question.account, *caller->identity);
        if (!found && found.error().kind != ErrorKind::NotFound) return fail(found.error());
        if (found) {
            variables = variables_of(question, *caller, found->identity, clock_);
            auto added = add_policies(store, question.account, found->identity, sources);
            if (added && caller->identity->kind == IdentityKind::User) {
                added =
                    add_group_policies(store, question.account, caller->identity->name, sources);
            }
            if (!added) return fail(std::move(added.error()));
        }
    }
    Policies policies = policy::compile_for_requests(std::move(sources), variables);
    const auto compiled = compiled_.lock();
    // What was read before a change must not outlive it.
    if (compiled->generation == generation) {
        if (compiled->by_principal.size() >= kept_max) compiled->by_principal.clear();
        compiled->by_principal.insert_or_assign(question.principal, policies);
    }
    return policies;
}

Result<Verdict> AccessJudge::judge_on_worker(storage::ResourceStore& store,
                                             AccessQuestion question) {
    Policies policies = kept_for(question.principal);
    if (policies == nullptr) {
        auto made = policies_of(store, question);
        if (!made) return fail(std::move(made.error()));
        policies = std::move(*made);
    }
    for (std::string& resource : question.resources) {
        if (auto done = complete_path(store, question.account, resource); !done) {
            return fail(std::move(done.error()));
        }
    }
    return verdict_of(*policies, question);
}

async::Task<Result<Verdict>> AccessJudge::judge(AccessQuestion question) {
    const auto caller = parse_caller(question.principal);
    if (caller && caller->session.empty()) {
        uses_.note(question.access_key_id, {clock_.wall_now(), question.service, question.region});
    }
    if (question.action.empty()) co_return Verdict{.allowed = true};
    const bool names_identities = question.action.starts_with("iam:");
    const Policies kept = names_identities ? nullptr : kept_for(question.principal);
    if (kept != nullptr) co_return verdict_of(*kept, question);
    co_return co_await store_.run(
        [this, question = std::move(question)](storage::ResourceStore& store) mutable {
            return judge_on_worker(store, std::move(question));
        });
}

}  // namespace gatehouse::iam
