#include "iam/access_judge.h"

#include <fmt/format.h>

#include <utility>

#include "base/arn.h"
#include "iam/managed_policy.h"
#include "iam/principal.h"
#include "iam/principal_policies.h"
#include "iam/record_lookup.h"
#include "policy/ascii_case.h"

namespace gatehouse::iam {
namespace {

// Sessions have names of their callers' choice.
constexpr std::size_t kept_max = 1000;

// Sessions of one name may differ in what is known of them.
std::string key_of(const AccessQuestion& question) {
    std::string key = fmt::format("{}\n{}", question.principal, question.identity_id);
    for (const auto& [name, value] : question.session_facts) {
        key += fmt::format("\n{}={}", name, value);
    }
    return key;
}

// Who is meant by "user/PATH/NAME".
std::optional<IdentityName> identity_named(std::string_view resource) {
    const auto slash = resource.find('/');
    const auto kind = parse_choice<IdentityKind>(resource.substr(0, slash));
    if (slash == resource.npos || !kind) return std::nullopt;
    std::string name(resource.substr(resource.rfind('/') + 1));
    if (name.empty() || name.size() > storage::name_bytes_max) return std::nullopt;
    return IdentityName{*kind, std::move(name)};
}

// Requests name users, groups and roles without their paths, and policies mean them with these.
Result<void> complete_path(storage::ResourceStore& store, const AccountId& account,
                           std::string& resource) {
    const auto arn = parse_arn(resource);
    if (!arn || arn->service != "iam" || arn->account != account.view()) return {};
    const auto name = identity_named(arn->resource);
    if (!name || arn->resource != name->text()) return {};
    const auto found = find_identity(store, account, *name);
    if (!found && found.error().kind == ErrorKind::NotFound) return {};
    if (!found) return fail(found.error());
    Arn whole = *arn;
    whole.resource = fmt::format("{}{}{}", name_of_choice(name->kind), found->identity.path,
                                 found->identity.name.name);
    resource = whole.text();
    return {};
}

// Whether the request names it by a part of its ARN alone: "…/NAME/*".
bool is_cut_short(const std::string& resource) {
    return resource.ends_with("/*");
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

using Facts = std::vector<policy::Variable>;

// Whose the resource is: where the ARN does not say it, the caller's account's.
policy::Variable account_of(const AccessQuestion& question, const std::string& resource) {
    const auto arn = parse_arn(resource);
    const bool says = arn && is_account_id(arn->account);
    return {"aws:ResourceAccount", {says ? arn->account : question.account.value()}, ""};
}

// Nothing of another partition is here: no policy means it, and no Deny is to be got round by it.
bool is_elsewhere(const AccessQuestion& question, const std::string& resource) {
    const auto arn = parse_arn(resource);
    return arn && !is_of_own_partition(*arn, question.region);
}

Verdict denied_elsewhere(const AccessQuestion& question, const std::string& resource) {
    return {.allowed = false,
            .sentence = fmt::format("User: {} is not authorized to perform: {} on resource: {} "
                                    "because its partition is not that of its region",
                                    question.principal, question.action, resource)};
}

// `of_resources`: what is known of each of the resources, in their order; may be empty.
Verdict verdict_of(const policy::RequestPolicies& policies, const AccessQuestion& question,
                   const std::vector<Facts>& of_resources = {}) {
    for (std::size_t i = 0; i < question.resources.size(); ++i) {
        const std::string& resource = question.resources[i];
        if (is_elsewhere(question, resource)) return denied_elsewhere(question, resource);
        Facts facts = question.context;
        facts.push_back(account_of(question, resource));
        if (i < of_resources.size()) {
            facts.insert(facts.end(), of_resources[i].begin(), of_resources[i].end());
        }
        std::vector<std::vector<std::string_view>> values;
        for (const policy::Variable& each : facts) {
            values.emplace_back(each.values.begin(), each.values.end());
        }
        std::vector<policy::ContextEntry> context;
        for (std::size_t each = 0; each < facts.size(); ++each) {
            context.push_back({facts[each].name, values[each]});
        }
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

// The conditions' keys about tags, each with the value that it has.
Facts facts_of(const std::vector<std::string>& keys, const ResourceTags& tags) {
    Facts facts;
    for (const std::string& key : keys) {
        const std::string_view asked = policy::tag_of_key(key).value_or("");
        policy::Variable& fact = facts.emplace_back(policy::Variable{key, {}, ""});
        for (const auto& [tag, value] : tags) {
            if (policy::same_ignoring_case(tag, asked)) fact.values.push_back(value);
        }
    }
    return facts;
}

}  // namespace

void AccessJudge::changed(const AccountId& account) {
    {
        const auto compiled = compiled_.lock();
        ++compiled->generation;
        compiled->by_caller.clear();
    }
    const auto tell = *tell_.lock();
    if (tell) tell(account);
}

AccessJudge::Policies AccessJudge::kept_for(const std::string& caller) const {
    const auto compiled = compiled_.lock();
    const auto found = compiled->by_caller.find(caller);
    return found == compiled->by_caller.end() ? nullptr : found->second;
}

Result<AccessJudge::Policies> AccessJudge::policies_of(storage::ResourceStore& store,
                                                       const AccessQuestion& question) {
    const std::uint64_t generation = compiled_.lock()->generation;
    auto read = read_principal_policies(store,
                                        {.account = question.account,
                                         .region = question.region,
                                         .arn = question.principal,
                                         .identity_id = question.identity_id,
                                         .session_facts = question.session_facts},
                                        clock_);
    if (!read) return fail(std::move(read.error()));
    Policies policies = policy::compile_for_requests(std::move(read->sources), read->variables);
    const auto compiled = compiled_.lock();
    // What was read before a change must not outlive it.
    if (compiled->generation == generation) {
        if (compiled->by_caller.size() >= kept_max) compiled->by_caller.clear();
        compiled->by_caller.insert_or_assign(key_of(question), policies);
    }
    return policies;
}

Result<Verdict> AccessJudge::judge_on_worker(storage::ResourceStore& store,
                                             AccessQuestion question) {
    Policies policies = kept_for(key_of(question));
    if (policies == nullptr) {
        auto made = policies_of(store, question);
        if (!made) return fail(std::move(made.error()));
        policies = std::move(*made);
    }
    for (std::string& resource : question.resources) {
        auto done = is_cut_short(resource) && complete_
                        ? complete_(store, resource)
                        : complete_path(store, question.account, resource);
        if (!done) return fail(std::move(done.error()));
    }
    std::vector<Facts> facts;
    if (!policies->tag_keys().empty()) {
        for (const std::string& resource : question.resources) {
            const auto tags = tags_of(store, question, resource);
            if (!tags) return fail(tags.error());
            facts.push_back(*tags ? facts_of(policies->tag_keys(), **tags) : Facts());
        }
    }
    return verdict_of(*policies, question, facts);
}

Result<std::optional<ResourceTags>> AccessJudge::tags_of(storage::ResourceStore& store,
                                                         const AccessQuestion& question,
                                                         const std::string& resource) const {
    using Tags = std::optional<ResourceTags>;
    const auto arn = parse_arn(resource);
    if (!arn) return Tags(ResourceTags());
    if (arn->service != "iam") return tags_of_ ? tags_of_(store, resource) : Tags();
    if (arn->account != question.account.view()) return Tags();
    if (parse_policy_arn(Tenant{question.account, question.region}, resource)) {
        const auto found = find_policy(store, Tenant{question.account, question.region}, resource);
        if (found) return Tags(found->policy.tags);
        if (found.error().kind == ErrorKind::NotFound) return Tags(ResourceTags());
        return fail(found.error());
    }
    const auto name = identity_named(arn->resource);
    if (!name) return Tags(ResourceTags());
    const auto found = find_identity(store, question.account, *name);
    if (found) return Tags(found->identity.tags);
    if (found.error().kind == ErrorKind::NotFound) return Tags(ResourceTags());
    return fail(found.error());
}

async::Task<Result<Verdict>> AccessJudge::judge(AccessQuestion question) {
    const auto caller = parse_caller(question.principal);
    if (caller && caller->session.empty()) {
        uses_.note(question.access_key_id, {clock_.wall_now(), question.service, question.region});
    }
    if (question.action.empty()) co_return Verdict{.allowed = true};
    const bool names_identities = question.action.starts_with("iam:");
    const bool is_whole = std::ranges::none_of(question.resources, is_cut_short);
    const Policies kept = names_identities || !is_whole ? nullptr : kept_for(key_of(question));
    if (kept != nullptr && kept->tag_keys().empty()) co_return verdict_of(*kept, question);
    co_return co_await store_.run(
        [this, question = std::move(question)](storage::ResourceStore& store) mutable {
            return judge_on_worker(store, std::move(question));
        });
}

}  // namespace gatehouse::iam
