#include "registry/membership.h"

#include "registry/thing_group_record.h"

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
