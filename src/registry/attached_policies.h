// The policies that count for somebody: those attached to the principal, and those of the groups
// that a thing is in, with all groups above them.
// Source: AWS IoT Developer Guide, "Static thing groups", "Attaching a policy to a thing group";
// API Reference, GetEffectivePolicies.
//
// Threads: any; blocks, as the store does.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "registry/policy.h"
#include "registry/policy_target.h"
#include "registry/refusal.h"
#include "registry/thing.h"
#include "registry/thing_group.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

struct AttachedPolicy {
    PolicyName name;
    std::string document;  // of the version that counts
    ThingGroupName group;  // that it is attached to; empty: to the principal itself

    bool operator==(const AttachedPolicy&) const = default;
};

// Names of the policies attached to a target itself, as the target is written in the link.
Outcome<std::vector<std::string>> policies_at(storage::ResourceStore& store, const Tenant& tenant,
                                              const std::string& target);

// The groups that the thing was put into, each after those above it.
Outcome<std::vector<ThingGroupName>> groups_around(storage::ResourceStore& store,
                                                   const Tenant& tenant, const ThingName& thing);

// The group after those above it. ResourceNotFound.
Outcome<std::vector<ThingGroupName>> line_of(storage::ResourceStore& store, const Tenant& tenant,
                                             const ThingGroupName& group);

// By name, each once. The principal may be a group, too; `thing` may be empty. What is deleted in
// this moment is left out. ResourceNotFound: the principal is a group that is not there.
Outcome<std::vector<AttachedPolicy>> effective_policies(
    storage::ResourceStore& store, const Tenant& tenant,
    const std::optional<PolicyTarget>& principal, const ThingName& thing);

}  // namespace gatehouse::registry
