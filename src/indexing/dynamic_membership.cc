#include "indexing/dynamic_membership.h"

#include <algorithm>
#include <utility>

#include "registry/membership.h"
#include "registry/stored.h"
#include "registry/thing_group_record.h"
#include "registry/thing_record.h"

namespace gatehouse::indexing {
namespace {

using registry::Joining;
using registry::Outcome;
using registry::refuse;
using registry::ThingGroup;

constexpr std::size_t things_of_a_batch = 500;

Error overtaken(std::string_view thing) {
    return registry::changed_meanwhile(registry::thing_words, thing);
}

}  // namespace

std::vector<const ThingGroup*> DynamicMembership::found_by(const Document& thing) const {
    std::vector<const ThingGroup*> found;
    for (const auto& [name, dynamic] : index_.dynamic_groups()) {
        if (dynamic.query.finds_member(thing)) found.push_back(&dynamic.group);
    }
    std::ranges::sort(found, {}, [](const ThingGroup* group) {
        return std::pair(group->created, group->name.view());
    });
    const auto is_static_group = [&](std::size_t i) {
        return thing.fields[i].name == fields::thing_groups;
    };
    std::size_t static_groups = 0;
    for (std::size_t i = 0; i < thing.own_fields; ++i) static_groups += is_static_group(i) ? 1 : 0;
    const std::size_t room =
        registry::groups_of_a_thing_max - std::min(registry::groups_of_a_thing_max, static_groups);
    if (found.size() > room) found.resize(room);
    return found;
}

Outcome<void> DynamicMembership::look_at(const Document& thing) {
    const auto found = found_by(thing);
    Change change{.thing = thing.name, .join = {}, .leave = {}};
    std::vector<std::string_view> present;
    for (std::size_t i = thing.own_fields; i < thing.fields.size(); ++i) {
        present.push_back(thing.fields[i].value);
    }
    for (const ThingGroup* const group : found) {
        if (std::ranges::find(present, group->name.view()) == present.end()) {
            change.join.push_back(group);
        }
    }
    for (const std::string_view name : present) {
        const auto stays = [&](const ThingGroup* group) { return group->name.view() == name; };
        const auto dynamic = index_.dynamic_groups().find(std::string(name));
        if (dynamic != index_.dynamic_groups().end() && std::ranges::none_of(found, stays)) {
            change.leave.push_back(&dynamic->second.group);
        }
    }
    if (change.join.empty() && change.leave.empty()) return {};
    changes_.push_back(std::move(change));
    return changes_.size() < things_of_a_batch ? Outcome<void>() : finish();
}

Outcome<void> DynamicMembership::finish() {
    const std::vector<Change> changes = std::exchange(changes_, {});
    if (changes.empty()) return {};
    auto written = write(changes);
    if (written || written.error().refusal != registry::Refusal::VersionConflict) return written;
    // One of them was overtaken: it is looked at again, since its change is told; not the others.
    for (const Change& change : changes) {
        auto alone = write({change});
        if (!alone && alone.error().refusal != registry::Refusal::VersionConflict) return alone;
    }
    return {};
}

Outcome<void> DynamicMembership::write(const std::vector<Change>& changes) {
    const auto events = outbox_.open(store_, tenant_);
    if (!events) return refuse(events.error());
    storage::Batch batch;
    for (const Change& change : changes) {
        if (auto added = add(batch, change, *events); !added) return added;
    }
    if (const auto applied = store_.apply(batch); !applied) {
        return refuse(registry::refused_by(applied.error()));
    }
    return {};
}

Outcome<void> DynamicMembership::add(storage::Batch& batch, const Change& change,
                                     const registry::ChangeEvents& events) {
    const registry::ThingName name(change.thing);
    batch.require(storage::Exists{registry::key_of(tenant_, name)}, overtaken(change.thing));
    registry::Thing thing{.tenant = tenant_, .name = name};
    if (events.wants_memberships()) {
        thing.id = std::string(index_.thing(change.thing)->value_of(fields::thing_id));
    }
    for (const ThingGroup* const group : change.leave) {
        registry::leave_group(batch, *group, name);
        events.tell_membership(batch, Joining::Removed, *group, thing);
    }
    for (const ThingGroup* const group : change.join) {
        batch.require(storage::Exists{registry::key_of(tenant_, group->name)},
                      overtaken(change.thing));
        registry::join_group(batch, *group, name);
        events.tell_membership(batch, Joining::Added, *group, thing);
    }
    return {};
}

}  // namespace gatehouse::indexing
