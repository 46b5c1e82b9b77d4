#include "registry/membership_records.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "registry/membership.h"
#include "registry/persistently.h"
#include "registry/thing_group_record.h"
#include "registry/thing_group_records.h"
#include "registry/thing_record.h"

namespace gatehouse::registry {
namespace {

std::unexpected<Refused> invalid_membership(std::string message) {
    return refuse(Refusal::InvalidRequest, std::move(message), "thingGroupName");
}

// Before it joins `group`.
Outcome<void> check_room(const std::vector<ThingGroup>& groups, const ThingGroup& group,
                         const ThingName& thing) {
    const auto related = std::ranges::find(groups, group.root(), &ThingGroup::root);
    if (related != groups.end()) {
        return invalid_membership(
            fmt::format("thing {} is in group {} already, which is in the same hierarchy "
                        "as {}; let it leave that first",
                        thing.view(), related->name.view(), group.name.view()));
    }
    if (groups.size() >= groups_of_a_thing_max) {
        return invalid_membership(fmt::format("thing {} is in {} groups, the most it may be in",
                                              thing.view(), groups.size()));
    }
    return {};
}

std::unexpected<Refused> follows_its_query(const ThingGroupName& group) {
    return invalid_membership(
        fmt::format("thing group {} is dynamic: the things that its query finds are in it, "
                    "and no others can be put into it or taken out",
                    group.view()));
}

// The one that was made last; end(): there is none.
auto newest_dynamic(std::vector<ThingGroup>& groups) {
    auto newest = groups.end();
    for (auto group = groups.begin(); group != groups.end(); ++group) {
        if (!group->is_dynamic()) continue;
        if (newest == groups.end() || group->created >= newest->created) newest = group;
    }
    return newest;
}

}  // namespace

Outcome<Stored<ThingGroup>> MembershipRecords::group(const Tenant& tenant,
                                                     const ThingGroupName& name) {
    return read_stored(store_, key_of(tenant, name), thing_group_words, decode_thing_group);
}

Outcome<storage::Record> MembershipRecords::thing_record(const Tenant& tenant,
                                                         const ThingName& thing) {
    const auto key = key_of(tenant, thing);
    auto record = store_.get(key);
    if (record) return std::move(*record);
    if (record.error().kind != ErrorKind::NotFound) return refuse(refused_by(record.error()));
    return refuse(missing(store_, key, thing_words));
}

Outcome<void> MembershipRecords::change(const Tenant& tenant, const ThingName& thing,
                                        const MembershipChange& change) {
    return persistently([&] { return try_change(tenant, thing, change); });
}

Outcome<void> MembershipRecords::try_change(const Tenant& tenant, const ThingName& name,
                                            const MembershipChange& change) {
    const auto record = thing_record(tenant, name);
    if (!record) return refuse(record.error());
    const auto thing = decode_thing(*record);
    if (!thing) return refuse(refused_by(thing.error()));
    storage::Batch batch;
    if (auto changed = change_in(batch, *thing, change); !changed) return changed;
    if (batch.changes().empty()) return {};
    // Written as it is: of two that change its groups, one then sees that it was overtaken.
    batch.require(storage::HasRevision{record->key, record->revision},
                  changed_meanwhile(thing_words, name.view()));
    batch.put(record->key, record->body);
    if (const auto written = store_.apply(batch); !written) {
        return refuse(refused_by(written.error()));
    }
    return {};
}

Outcome<void> MembershipRecords::change_in(storage::Batch& batch, const Thing& thing,
                                           const MembershipChange& change) {
    const auto events = parts_.outbox.open(store_, thing.tenant);
    if (!events) return refuse(events.error());
    auto groups = groups_holding(store_, thing.tenant, thing.name);
    if (!groups) return refuse(std::move(groups.error()));
    for (const ThingGroupName& left_name : change.leave) {
        const auto left = group(thing.tenant, left_name);
        if (!left) return refuse(left.error());
        if (left->value.is_dynamic()) return follows_its_query(left_name);
        const auto is_left = [&](const auto& other) { return other.name == left_name; };
        if (std::erase_if(*groups, is_left) == 0) continue;
        leave_group(batch, left->value, thing.name);
        events->tell_membership(batch, Joining::Removed, left->value, thing);
    }
    for (const ThingGroupName& joined : change.join) {
        if (auto done = join(batch, thing, *groups, joined, change, *events); !done) return done;
    }
    return {};
}

Outcome<void> MembershipRecords::join(storage::Batch& batch, const Thing& thing,
                                      std::vector<ThingGroup>& groups, const ThingGroupName& name,
                                      const MembershipChange& change, const ChangeEvents& events) {
    auto joined = group(thing.tenant, name);
    if (!joined) return refuse(std::move(joined.error()));
    if (joined->value.is_dynamic()) return follows_its_query(name);
    if (std::ranges::find(groups, name, &ThingGroup::name) != groups.end()) return {};
    const auto newest = newest_dynamic(groups);
    if (groups.size() >= groups_of_a_thing_max && newest != groups.end() &&
        change.at_the_limit == MembershipChange::AtTheLimit::LeaveNewestDynamic) {
        leave_group(batch, *newest, thing.name);
        events.tell_membership(batch, Joining::Removed, *newest, thing);
        groups.erase(newest);
    }
    if (auto room = check_room(groups, joined->value, thing.name); !room) return room;
    batch.require(storage::HasRevision{key_of(thing.tenant, name), joined->revision},
                  changed_meanwhile(thing_words, thing.name.view()));
    join_group(batch, joined->value, thing.name);
    events.tell_membership(batch, Joining::Added, joined->value, thing);
    groups.push_back(std::move(joined->value));
    return {};
}

Outcome<Page<std::string>> MembershipRecords::groups_of(const Tenant& tenant,
                                                        const ThingName& thing,
                                                        const Listing& listing) {
    if (auto there = thing_record(tenant, thing); !there) return refuse(std::move(there.error()));
    return list_links(store_,
                      {.tenant = tenant,
                       .relation = group_thing_relation,
                       .direction = storage::Direction::To,
                       .name = thing.value()},
                      listing);
}

Outcome<Page<std::string>> MembershipRecords::things_in(const Tenant& tenant,
                                                        const ThingGroupName& name,
                                                        GroupReach reach, const Listing& listing) {
    if (auto there = group(tenant, name); !there) return refuse(std::move(there.error()));
    return list_links(
        store_,
        {.tenant = tenant,
         .relation = reach == GroupReach::Below ? group_thing_below_relation : group_thing_relation,
         .direction = storage::Direction::From,
         .name = name.value()},
        listing);
}

}  // namespace gatehouse::registry
