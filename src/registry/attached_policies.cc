#include "registry/attached_policies.h"

#include <map>
#include <utility>

#include "registry/listing.h"
#include "registry/policy_record.h"
#include "registry/stored.h"
#include "registry/thing_group_record.h"

namespace gatehouse::registry {
namespace {

// The group that each name is attached to, the first that was found.
using Found = std::map<std::string, ThingGroupName>;

Outcome<void> find_at(storage::ResourceStore& store, const Tenant& tenant,
                      const std::string& target, const ThingGroupName& group, Found& found) {
    auto names = policies_at(store, tenant, target);
    if (!names) return refuse(std::move(names.error()));
    for (std::string& name : *names) found.emplace(std::move(name), group);
    return {};
}

Outcome<std::vector<AttachedPolicy>> read_policies(storage::ResourceStore& store,
                                                   const Tenant& tenant, const Found& found) {
    std::vector<AttachedPolicy> policies;
    for (const auto& [name, group] : found) {
        const auto record = store.get(key_of(tenant, PolicyName(name)));
        // Deleted in this moment.
        if (!record && record.error().kind == ErrorKind::NotFound) continue;
        if (!record) return refuse(refused_by(record.error()));
        const auto policy = decode_policy(*record);
        if (!policy) return refuse(refused_by(policy.error()));
        policies.push_back({policy->name, policy->counting().document, group});
    }
    return policies;
}

}  // namespace

Outcome<std::vector<std::string>> policies_at(storage::ResourceStore& store, const Tenant& tenant,
                                              const std::string& target) {
    return all_links(store, {.tenant = tenant,
                             .relation = policy_target_relation,
                             .direction = storage::Direction::To,
                             .name = target});
}

Outcome<std::vector<ThingGroupName>> groups_around(storage::ResourceStore& store,
                                                   const Tenant& tenant, const ThingName& thing) {
    const auto names = all_links(store, {.tenant = tenant,
                                         .relation = group_thing_relation,
                                         .direction = storage::Direction::To,
                                         .name = thing.value()});
    if (!names) return refuse(names.error());
    std::vector<ThingGroupName> groups;
    for (const std::string& name : *names) {
        const auto record = store.get(key_of(tenant, ThingGroupName(name)));
        // Deleted in this moment.
        if (!record && record.error().kind == ErrorKind::NotFound) continue;
        if (!record) return refuse(refused_by(record.error()));
        const auto group = decode_thing_group(*record);
        if (!group) return refuse(refused_by(group.error()));
        for (ThingGroupName& each : group->line()) groups.push_back(std::move(each));
    }
    return groups;
}

Outcome<std::vector<ThingGroupName>> line_of(storage::ResourceStore& store, const Tenant& tenant,
                                             const ThingGroupName& group) {
    const auto found =
        read_stored(store, key_of(tenant, group), {"thing group", "target"}, decode_thing_group);
    if (!found) return refuse(found.error());
    return found->value.line();
}

Outcome<std::vector<AttachedPolicy>> effective_policies(
    storage::ResourceStore& store, const Tenant& tenant,
    const std::optional<PolicyTarget>& principal, const ThingName& thing) {
    Found found;
    std::vector<ThingGroupName> groups;
    if (principal && principal->kind == PolicyTarget::Kind::ThingGroup) {
        auto line = line_of(store, tenant, ThingGroupName(principal->name));
        if (!line) return refuse(std::move(line.error()));
        groups = std::move(*line);
    } else if (principal) {
        if (auto at = find_at(store, tenant, principal->text, {}, found); !at) {
            return refuse(std::move(at.error()));
        }
    }
    if (!thing.empty()) {
        const auto around = groups_around(store, tenant, thing);
        if (!around) return refuse(around.error());
        groups.insert(groups.end(), around->begin(), around->end());
    }
    for (const ThingGroupName& group : groups) {
        if (auto at = find_at(store, tenant, arn_of(tenant, group), group, found); !at) {
            return refuse(std::move(at.error()));
        }
    }
    return read_policies(store, tenant, found);
}

}  // namespace gatehouse::registry
