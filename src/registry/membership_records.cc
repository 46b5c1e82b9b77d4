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

std::unexpected<Refused> invalid(std::string message) {
    return refuse(Refusal::InvalidRequest, std::move(message), "thingGroupName");
}

// Before it joins `group`.
Outcome<void> check_room(const std::vector<ThingGroup>& groups, const ThingGroup& group,
                         const ThingName& thing) {
    const auto related = std::ranges::find(groups, group.root(), &ThingGroup::root);
    if (related != groups.end()) {
        return invalid(
            fmt::format("thing {} is in group {} already, which is in the same hierarchy "
                        "as {}; let it leave that first",
                        thing.view(), related->name.view(), group.name.view()));
    }
    if (groups.size() >= groups_of_a_thing_max) {
        return invalid(fmt::format("thing {} is in {} groups, the most it may be in", thing.view(),
                                   groups.size()));
    }
    return {};
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

Outcome<std::vector<ThingGroup>> MembershipRecords::present_groups(const Tenant& tenant,
                                                                   const ThingName& thing) {
    const auto names = all_links(store_, {.tenant = tenant,
                                          .relation = group_thing_relation,
                                          .direction = storage::Direction::To,
                                          .name = thing.value()});
    if (!names) return refuse(names.error());
    std::vector<ThingGroup> groups;
    for (const std::string& name : *names) {
        auto found = group(tenant, ThingGroupName(name));
        if (found) {
            groups.push_back(std::move(found->value));
        } else if (found.error().refusal != Refusal::ResourceNotFound) {
            return refuse(std::move(found.error()));
        }
    }
    return groups;
}

Outcome<void> MembershipRecords::change(const Tenant& tenant, const ThingName& thing,
                                        const MembershipChange& change) {
    return persistently([&] { return try_change(tenant, thing, change); });
}

Outcome<void> MembershipRecords::try_change(const Tenant& tenant, const ThingName& thing,
                                            const MembershipChange& change) {
    const auto record = thing_record(tenant, thing);
    if (!record) return refuse(record.error());
    auto groups = present_groups(tenant, thing);
    if (!groups) return refuse(std::move(groups.error()));
    const Error overtaken = changed_meanwhile(thing_words, thing.view());
    storage::Batch batch;
    for (const ThingGroupName& name : change.leave) {
        const auto left = group(tenant, name);
        if (!left) return refuse(left.error());
        if (std::erase_if(*groups, [&](const auto& other) { return other.name == name; }) == 0) {
            continue;
        }
        leave_group(batch, left->value, thing);
    }
    for (const ThingGroupName& name : change.join) {
        auto joined = group(tenant, name);
        if (!joined) return refuse(std::move(joined.error()));
        if (std::ranges::find(*groups, name, &ThingGroup::name) != groups->end()) continue;
        if (auto room = check_room(*groups, joined->value, thing); !room) return room;
        batch.require(storage::HasRevision{key_of(tenant, name), joined->revision}, overtaken);
        join_group(batch, joined->value, thing);
        groups->push_back(std::move(joined->value));
    }
    if (batch.changes().empty()) return {};
    // Written as it is: of two that change its groups, one then sees that it was overtaken.
    batch.require(storage::HasRevision{record->key, record->revision}, overtaken);
    batch.put(record->key, record->body);
    if (const auto written = store_.apply(batch); !written) {
        return refuse(refused_by(written.error()));
    }
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
