#include "iam/principal_policies.h"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "iam/identity_record.h"
#include "iam/principal.h"
#include "iam/record_lookup.h"
#include "policy/document.h"

namespace gatehouse::iam {
namespace {

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

}  // namespace

policy::Variables variables_of(const Principal& principal, const Identity* identity,
                               const std::string& id, const Clock& clock) {
    const bool is_user = identity != nullptr && identity->name.kind == IdentityKind::User;
    policy::Variables variables;
    variables.set_clock(clock);
    variables.set("aws:PrincipalAccount", principal.account.value());
    variables.set("aws:PrincipalType", std::string(identity == nullptr ? "Account"
                                                   : is_user           ? "User"
                                                                       : "AssumedRole"));
    variables.set("aws:PrincipalArn",
                  identity == nullptr
                      ? principal.arn
                      : arn_of(Tenant{principal.account, principal.region}, *identity));
    variables.set("aws:userid", id);
    if (is_user) {
        variables.set("aws:username", identity->name.name);
    } else {
        variables.set_absent("aws:username", "the caller is no user");
    }
    if (identity != nullptr) {
        for (const auto& [key, value] : identity->tags) {
            variables.set("aws:PrincipalTag/" + key, value);
        }
    }
    variables.set("aws:PrincipalIsAWSService", std::string("false"));
    variables.set("aws:ViaAWSService", std::string("false"));
    variables.set_absent("aws:TokenIssueTime", "the access key is one that lasts");
    variables.set_absent("aws:MultiFactorAuthPresent", "the access key is one that lasts");
    variables.set_family_absent(
        "credentials-iot:", "the session is not one of a device, or its request named no thing");
    for (const auto& [name, value] : principal.session_facts) {
        variables.set(name, value);
        if (name == "aws:TokenIssueTime") {
            variables.set("aws:MultiFactorAuthPresent", std::string("false"));
        }
    }
    return variables;
}

Result<PrincipalPolicies> read_principal_policies(storage::ResourceStore& store,
                                                  const Principal& principal, const Clock& clock) {
    PrincipalPolicies read;
    const auto caller = parse_caller(principal.arn);
    if (!caller || !caller->identity) return read;
    const auto found = find_identity(store, principal.account, *caller->identity);
    if (!found && found.error().kind == ErrorKind::NotFound) return read;
    if (!found) return fail(found.error());
    const Identity& identity = found->identity;
    if (!principal.identity_id.empty() && principal.identity_id != identity.id) return read;
    read.id =
        caller->session.empty() ? identity.id : fmt::format("{}:{}", identity.id, caller->session);
    read.variables = variables_of(principal, &identity, read.id, clock);
    auto added = add_policies(store, principal.account, identity, read.sources);
    if (added && identity.name.kind == IdentityKind::User) {
        added = add_group_policies(store, principal.account, identity.name.name, read.sources);
    }
    if (!added) return fail(std::move(added.error()));
    return read;
}

}  // namespace gatehouse::iam
