#include "registry/thing_group_records.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/resource_tags.h"
#include "base/uuid.h"
#include "registry/attributes.h"
#include "registry/membership.h"
#include "registry/persistently.h"
#include "registry/policy_record.h"
#include "registry/principal_guard.h"
#include "registry/thing_group_record.h"
#include "registry/thing_record.h"

namespace gatehouse::registry {
namespace {

// Of things that are let go in one batch.
constexpr std::size_t released_things_max = 1'000;
// Stands where a principal's name does.
constexpr std::string_view dynamic_groups_guard = "dynamic thing groups";

std::unexpected<Refused> invalid_group(std::string message, std::string field) {
    return refuse(Refusal::InvalidRequest, std::move(message), std::move(field));
}

Error overtaken(const ThingGroupName& name) {
    return changed_meanwhile(thing_group_words, name.view());
}

Outcome<void> check(const Texts& attributes, const Texts& tags) {
    if (attributes.size() > group_attributes_max) {
        return invalid_group(fmt::format("{} attributes; a thing group has at most {}",
                                         attributes.size(), group_attributes_max),
                             "attributePayload");
    }
    if (const auto fault = tags_fault(tags)) return invalid_group(*fault, "tags");
    return {};
}

storage::Link dynamic_link(const ThingGroup& group) {
    return {group.tenant, dynamic_group_relation, all_dynamic_groups, group.name.value()};
}

Outcome<void> check_kind(const ThingGroup& group, GroupKind kind) {
    if (group.kind() == kind) return {};
    return invalid_group(fmt::format("thing group {} is {}: use the operations of {} groups",
                                     group.name.view(), group.is_dynamic() ? "dynamic" : "static",
                                     group.is_dynamic() ? "dynamic" : "static"),
                         "thingGroupName");
}

bool is_listed(const ThingGroup& group, const ThingGroupFilter& filter) {
    if (filter.depth == ThingGroupFilter::Depth::Children) {
        return group.parent() == filter.parent.value_or(ThingGroupName());
    }
    return !filter.parent ||
           std::ranges::find(group.ancestors, *filter.parent) != group.ancestors.end();
}

}  // namespace

Outcome<ThingGroup> ThingGroupRecords::create(const Tenant& tenant, const NewThingGroup& wanted) {
    if (auto checked = check(wanted.attributes, wanted.tags); !checked) {
        return refuse(std::move(checked.error()));
    }
    return persistently([&] { return try_create(tenant, wanted); });
}

Outcome<ThingGroup> ThingGroupRecords::try_create(const Tenant& tenant,
                                                  const NewThingGroup& wanted) {
    ThingGroup group{.tenant = tenant,
                     .name = wanted.name,
                     .id = make_uuid(parts_.random),
                     .description = wanted.description,
                     .attributes = without_empty(wanted.attributes),
                     .tags = wanted.tags,
                     .query = wanted.query};
    if (auto there = describe(tenant, wanted.name)) {
        if (there->parent() == wanted.parent && there->description == group.description &&
            there->attributes == group.attributes && there->query == group.query) {
            return there;
        }
        return refuse(Refused{Refusal::ResourceAlreadyExists,
                              fmt::format("Thing Group {} already exists in current account with "
                                          "different properties",
                                          wanted.name.view()),
                              "thingGroupName", there->id, there->arn()});
    } else if (there.error().refusal != Refusal::ResourceNotFound) {
        return there;
    }
    const auto key = key_of(tenant, wanted.name);
    storage::Batch batch;
    batch.require(storage::IsAbsent{key}, overtaken(wanted.name));
    if (!wanted.parent.empty()) {
        if (auto put = put_below(group, wanted.parent, batch); !put) {
            return refuse(std::move(put.error()));
        }
    }
    if (group.is_dynamic()) {
        if (auto counted = count_dynamic(group, batch); !counted) {
            return refuse(std::move(counted.error()));
        }
    }
    batch.put(key, encode(group));
    const auto events = parts_.outbox.open(store_, tenant);
    if (!events) return refuse(events.error());
    if (auto told = tell(batch, *events, Happening::Created, group); !told) {
        return refuse(std::move(told.error()));
    }
    if (const auto created = store_.apply(batch); !created) {
        return refuse(refused_by(created.error()));
    }
    return describe(tenant, wanted.name);
}

Outcome<void> ThingGroupRecords::put_below(ThingGroup& group, const ThingGroupName& parent,
                                           storage::Batch& batch) {
    const auto above = read(group.tenant, parent);
    if (!above && above.error().refusal == Refusal::ResourceNotFound) {
        return invalid_group(above.error().message, "parentGroupName");
    }
    if (!above) return refuse(above.error());
    if (above->value.is_dynamic()) {
        return invalid_group(
            fmt::format("thing group {} is dynamic, and has no groups below it", parent.view()),
            "parentGroupName");
    }
    group.ancestors = above->value.line();
    if (group.line().size() > group_depth_max) {
        return invalid_group(fmt::format("thing group {} is on the lowest of {} levels already",
                                         parent.view(), group_depth_max),
                             "parentGroupName");
    }
    const auto children = children_of(group.tenant, parent, group_children_max);
    if (!children) return refuse(children.error());
    if (*children >= group_children_max) {
        return invalid_group(
            fmt::format("thing group {} has {} direct children, the most it may have",
                        parent.view(), group_children_max),
            "parentGroupName");
    }
    // Written as it is: of two that ask for the last room, one then sees that it was overtaken.
    const auto key = key_of(group.tenant, parent);
    batch.require(storage::HasRevision{key, above->revision}, overtaken(parent));
    batch.put(key, encode(above->value));
    batch.change(
        storage::AddLink{{group.tenant, group_child_relation, parent.value(), group.name.value()}});
    return {};
}

// One more of those that there may be.
Outcome<void> ThingGroupRecords::count_dynamic(const ThingGroup& group, storage::Batch& batch) {
    const auto guard = PrincipalGuard::take(store_, group.tenant, dynamic_groups_guard);
    if (!guard) return refuse(guard.error());
    const auto there = store_.links({.tenant = group.tenant,
                                     .relation = dynamic_group_relation,
                                     .direction = storage::Direction::From,
                                     .name = all_dynamic_groups,
                                     .limit = dynamic_groups_max});
    if (!there) return refuse(refused_by(there.error()));
    if (there->names.size() >= dynamic_groups_max) {
        return refuse(
            Refusal::LimitExceeded,
            fmt::format("there are {} dynamic groups, as many as there may be", dynamic_groups_max),
            "thingGroupName");
    }
    guard->add_to(batch);
    batch.change(storage::AddLink{dynamic_link(group)});
    return {};
}

// Of the group, and of its place below another one when that begins or ends.
Outcome<void> ThingGroupRecords::tell(storage::Batch& batch, const ChangeEvents& events,
                                      Happening happening, const ThingGroup& group) {
    if (!events.wants_groups() && !events.wants_hierarchy()) return {};
    std::vector<ThingGroup> above;
    for (const ThingGroupName& name : group.ancestors) {
        auto found = describe(group.tenant, name);
        if (!found) return refuse(std::move(found.error()));
        above.push_back(std::move(*found));
    }
    events.tell(batch, happening, group, above);
    if (above.empty() || happening == Happening::Updated) return {};
    events.tell_child(batch, happening == Happening::Created ? Joining::Added : Joining::Removed,
                      above.back(), group);
    return {};
}

Outcome<std::size_t> ThingGroupRecords::children_of(const Tenant& tenant,
                                                    const ThingGroupName& name, std::size_t most) {
    const auto children = store_.links({.tenant = tenant,
                                        .relation = group_child_relation,
                                        .direction = storage::Direction::From,
                                        .name = name.value(),
                                        .limit = most});
    if (!children) return refuse(refused_by(children.error()));
    return children->names.size();
}

Outcome<Stored<ThingGroup>> ThingGroupRecords::read(const Tenant& tenant,
                                                    const ThingGroupName& name) {
    return read_stored(store_, key_of(tenant, name), thing_group_words, decode_thing_group);
}

Outcome<ThingGroup> ThingGroupRecords::describe(const Tenant& tenant, const ThingGroupName& name) {
    auto stored = read(tenant, name);
    if (!stored) return refuse(std::move(stored.error()));
    return std::move(stored->value);
}

Outcome<std::uint64_t> ThingGroupRecords::update(const Tenant& tenant, const ThingGroupName& name,
                                                 const ThingGroupChange& change) {
    return persistently([&] { return try_update(tenant, name, change); });
}

Outcome<std::uint64_t> ThingGroupRecords::try_update(const Tenant& tenant,
                                                     const ThingGroupName& name,
                                                     const ThingGroupChange& change) {
    auto stored = read(tenant, name);
    if (!stored) return refuse(std::move(stored.error()));
    ThingGroup& group = stored->value;
    if (auto checked = check_kind(group, change.kind); !checked) {
        return refuse(std::move(checked.error()));
    }
    if (auto checked =
            check_version(thing_group_words, name.view(), group.version, change.expected_version);
        !checked) {
        return refuse(std::move(checked.error()));
    }
    if (change.query) group.query = *change.query;
    if (change.description) group.description = *change.description;
    if (change.attributes) change_attributes(group.attributes, *change.attributes, change.how);
    ++group.version;
    if (auto checked = check(group.attributes, group.tags); !checked) {
        return refuse(std::move(checked.error()));
    }
    const auto key = key_of(tenant, name);
    storage::Batch batch;
    batch.require(storage::HasRevision{key, stored->revision}, overtaken(name));
    batch.put(key, encode(group));
    const auto events = parts_.outbox.open(store_, tenant);
    if (!events) return refuse(events.error());
    if (auto told = tell(batch, *events, Happening::Updated, group); !told) {
        return refuse(std::move(told.error()));
    }
    if (const auto written = store_.apply(batch); !written) {
        return refuse(refused_by(written.error()));
    }
    return group.version;
}

Outcome<void> ThingGroupRecords::remove(const Tenant& tenant, const ThingGroupName& name,
                                        std::optional<std::uint64_t> expected_version,
                                        GroupKind kind) {
    return persistently([&] { return try_remove(tenant, name, expected_version, kind); });
}

// In batches of bounded size; whoever looks meanwhile sees a group that gets smaller.
Outcome<void> ThingGroupRecords::release_things(const ThingGroup& group,
                                                const ChangeEvents& events) {
    for (;;) {
        const auto things = store_.links({.tenant = group.tenant,
                                          .relation = group_thing_relation,
                                          .direction = storage::Direction::From,
                                          .name = group.name.value(),
                                          .limit = released_things_max});
        if (!things) return refuse(refused_by(things.error()));
        if (things->names.empty()) return {};
        storage::Batch batch;
        for (const std::string& name : things->names) {
            leave_group(batch, group, ThingName(name));
            tell_left(batch, group, ThingName(name), events);
        }
        if (const auto released = store_.apply(batch); !released) {
            return refuse(refused_by(released.error()));
        }
    }
}

// With the group itself, in one batch: as long as it is there its query finds them again.
Outcome<void> ThingGroupRecords::empty_dynamic(storage::Batch& batch, const ThingGroup& group,
                                               const ChangeEvents& events) {
    storage::LinkQuery query{.tenant = group.tenant,
                             .relation = group_thing_relation,
                             .direction = storage::Direction::From,
                             .name = group.name.value(),
                             .limit = released_things_max};
    while (events.wants_memberships()) {
        const auto things = store_.links(query);
        if (!things) return refuse(refused_by(things.error()));
        for (const std::string& name : things->names) {
            tell_left(batch, group, ThingName(name), events);
        }
        if (things->next_page.empty()) break;
        query.page_token = things->next_page;
    }
    for (const auto& relation : {group_thing_relation, group_thing_below_relation}) {
        batch.change(storage::RemoveLinks{group.tenant, relation, storage::Direction::From,
                                          group.name.value()});
    }
    return {};
}

// A thing that is being deleted is left out.
void ThingGroupRecords::tell_left(storage::Batch& batch, const ThingGroup& group,
                                  const ThingName& name, const ChangeEvents& events) {
    if (!events.wants_memberships()) return;
    const auto thing = read_stored(store_, key_of(group.tenant, name), thing_words, decode_thing);
    if (thing) events.tell_membership(batch, Joining::Removed, group, thing->value);
}

Outcome<void> ThingGroupRecords::try_remove(const Tenant& tenant, const ThingGroupName& name,
                                            std::optional<std::uint64_t> expected_version,
                                            GroupKind kind) {
    const auto stored = read(tenant, name);
    if (!stored && stored.error().refusal == Refusal::ResourceNotFound) return {};
    if (!stored) return refuse(stored.error());
    const ThingGroup& group = stored->value;
    if (auto checked = check_kind(group, kind); !checked) return checked;
    if (auto checked =
            check_version(thing_group_words, name.view(), group.version, expected_version);
        !checked) {
        return checked;
    }
    const auto children = children_of(tenant, name, 1);
    if (!children) return refuse(children.error());
    if (*children > 0) {
        return invalid_group(
            fmt::format("Cannot delete thing group : {} when there are still child "
                        "groups attached to it",
                        name.view()),
            "thingGroupName");
    }
    const auto events = parts_.outbox.open(store_, tenant);
    if (!events) return refuse(events.error());
    storage::Batch batch;
    auto released =
        group.is_dynamic() ? empty_dynamic(batch, group, *events) : release_things(group, *events);
    if (!released) return released;
    const auto key = key_of(tenant, name);
    batch.require(storage::HasRevision{key, stored->revision}, overtaken(name));
    for (const auto& relation : {group_child_relation, group_thing_relation}) {
        if (group.is_dynamic()) break;
        batch.require(storage::HasNoLinks{tenant, relation, storage::Direction::From, name.value()},
                      overtaken(name));
    }
    batch.change(
        storage::RemoveLinks{tenant, group_child_relation, storage::Direction::To, name.value()});
    batch.change(
        storage::RemoveLinks{tenant, policy_target_relation, storage::Direction::To, group.arn()});
    PrincipalGuard::remove(batch, tenant, group.arn());
    batch.change(storage::RemoveLink{dynamic_link(group)});
    batch.change(storage::Remove{key});
    if (auto told = tell(batch, *events, Happening::Deleted, group); !told) return told;
    if (const auto removed = store_.apply(batch); !removed) {
        return refuse(refused_by(removed.error()));
    }
    return {};
}

Outcome<Page<ThingGroup>> ThingGroupRecords::list(const Tenant& tenant, const Listing& listing,
                                                  const ThingGroupFilter& filter) {
    if (filter.parent) {
        if (auto parent = read(tenant, *filter.parent); !parent) {
            return refuse(std::move(parent.error()));
        }
    }
    return list_records<ThingGroup>(
        store_, {.tenant = tenant, .kind = thing_group_kind, .prefix = filter.prefix}, listing,
        decode_thing_group, [&](const ThingGroup& group) { return is_listed(group, filter); });
}

}  // namespace gatehouse::registry
