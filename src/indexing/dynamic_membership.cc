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

constexpr std::size_t things_of_a_batch = 500;

Error overtaken(std::string_view thing) {
    return registry::changed_meanwhile(registry::thing_words, thing);
}

}  // namespace

std::vector<const DynamicGroup*> DynamicMembership::found_by(const Document& thing) const {
    std::vector<const DynamicGroup*> found;
    for (const auto& [name, dynamic] : index_.dynamic_groups()) {
        if (dynamic.query.finds_member(thing)) found.push_back(&dynamic);
    }
    std::ranges::sort(found, {}, [](const DynamicGroup* dynamic) {
        return std::pair(dynamic->group().created, dynamic->group().name.view());
    });
    const std::size_t room = registry::groups_of_a_thing_max -
                             std::min(registry::groups_of_a_thing_max, thing.static_groups);
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
    for (const DynamicGroup* const dynamic : found) {
        if (std::ranges::find(present, dynamic->group().name.view()) == present.end()) {
            change.join.push_back(dynamic);
        }
    }
    for (const std::string_view name : present) {
        const auto stays = [&](const DynamicGroup* group) {
            return group->group().name.view() == name;
        };
        const auto dynamic = index_.dynamic_groups().find(std::string(name));
        if (dynamic != index_.dynamic_groups().end() && std::ranges::none_of(found, stays)) {
            change.leave.push_back(&dynamic->second);
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
    for (const DynamicGroup* const dynamic : change.leave) {
        registry::leave_group(batch, dynamic->group(), name);
        events.tell_membership(batch, Joining::Removed, dynamic->group(), thing);
    }
    for (const DynamicGroup* const dynamic : change.join) {
        // As it was read: a group that took its name would be filled by a query it never had.
        batch.require(storage::HasRevision{registry::key_of(tenant_, dynamic->group().name),
                                           dynamic->stored.revision},
                      overtaken(change.thing));
        registry::join_group(batch, dynamic->group(), name);
        events.tell_membership(batch, Joining::Added, dynamic->group(), thing);
    }
    return {};
}

}  // namespace gatehouse::indexing
