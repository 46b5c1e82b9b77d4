#include "indexing/noted_changes.h"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>

#include "indexing/indexing_configurations.h"
#include "registry/thing_group_record.h"
#include "registry/thing_record.h"

namespace gatehouse::indexing {

void NotedChanges::note_thing(const Tenant& tenant, const std::string& name) {
    if (whole.contains(tenant)) return;
    auto& names = things[tenant];
    names.insert(name);
    if (names.size() <= names_max) return;
    things.erase(tenant);
    whole.insert(tenant);
}

void NotedChanges::note_record(const storage::RecordKey& key) {
    if (key.kind == registry::thing_kind) note_thing(key.tenant, key.name);
    if (key.kind == registry::thing_group_kind) groups[key.tenant].insert(key.name);
    if (key.kind == indexing_configuration_kind) whole.insert(key.tenant);
}

void NotedChanges::note_links(const storage::RemoveLinks& links) {
    if (links.relation != registry::group_thing_relation) return;
    if (links.direction == storage::Direction::To) {
        note_thing(links.tenant, links.name);
    } else {
        emptied_groups[links.tenant].insert(links.name);
    }
}

void NotedChanges::note(const storage::Batch& batch) {
    for (const storage::Change& change : batch.changes()) {
        std::visit(
            [this](const auto& what) {
                using What = std::decay_t<decltype(what)>;
                if constexpr (std::is_same_v<What, storage::Put> ||
                              std::is_same_v<What, storage::Remove>) {
                    note_record(what.key);
                } else if constexpr (std::is_same_v<What, storage::RemoveLinks>) {
                    note_links(what);
                } else if (what.link.relation == registry::group_thing_relation) {
                    note_thing(what.link.tenant, what.link.to);
                }
            },
            change);
    }
}

void NotedChanges::add_earlier(NotedChanges earlier) {
    whole.merge(earlier.whole);
    connectivity.merge(earlier.connectivity);
    for (const auto& [from, to] :
         {std::pair(&earlier.things, &things), std::pair(&earlier.groups, &groups),
          std::pair(&earlier.emptied_groups, &emptied_groups)}) {
        for (auto& [tenant, names] : *from) (*to)[tenant].merge(names);
    }
}

bool changes_configuration(const storage::Batch& batch) {
    return std::ranges::any_of(batch.changes(), [](const storage::Change& change) {
        const auto* const put = std::get_if<storage::Put>(&change);
        return put != nullptr && put->key.kind == indexing_configuration_kind;
    });
}

}  // namespace gatehouse::indexing
