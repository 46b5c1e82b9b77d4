#include "registry/membership.h"

#include <utility>

#include "registry/listing.h"
#include "registry/stored.h"
#include "registry/thing_group_record.h"
#include "registry/thing_group_records.h"

namespace gatehouse::registry {
namespace {

template <class LinkChange>
void change_links(storage::Batch& batch, const ThingGroup& group, const ThingName& thing) {
    const auto change = [&](const storage::Relation& relation, const ThingGroupName& from) {
        batch.change(LinkChange{{group.tenant, relation, from.value(), thing.value()}});
    };
    change(group_thing_relation, group.name);
    for (const ThingGroupName& above : group.line()) change(group_thing_below_relation, above);
}

}  // namespace

Outcome<std::vector<ThingGroup>> groups_holding(storage::ResourceStore& store, const Tenant& tenant,
                                                const ThingName& thing) {
    const auto names = all_links(store, {.tenant = tenant,
                                         .relation = group_thing_relation,
                                         .direction = storage::Direction::To,
                                         .name = thing.value()});
    if (!names) return refuse(names.error());
    std::vector<ThingGroup> groups;
    for (const std::string& name : *names) {
        auto found = read_stored(store, key_of(tenant, ThingGroupName(name)), thing_group_words,
                                 decode_thing_group);
        if (found) {
            groups.push_back(std::move(found->value));
        } else if (found.error().refusal != Refusal::ResourceNotFound) {
            return refuse(std::move(found.error()));
        }
    }
    return groups;
}

void join_group(storage::Batch& batch, const ThingGroup& group, const ThingName& thing) {
    change_links<storage::AddLink>(batch, group, thing);
}

void leave_group(storage::Batch& batch, const ThingGroup& group, const ThingName& thing) {
    change_links<storage::RemoveLink>(batch, group, thing);
}

void leave_all_groups(storage::Batch& batch, const Tenant& tenant, const ThingName& thing) {
    for (const auto& relation : {group_thing_relation, group_thing_below_relation}) {
        batch.change(storage::RemoveLinks{tenant, relation, storage::Direction::To, thing.value()});
    }
}

}  // namespace gatehouse::registry
