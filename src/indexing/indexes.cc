#include "indexing/indexes.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "indexing/dynamic_membership.h"
#include "indexing/indexing_configurations.h"
#include "indexing/page_token.h"
#include "registry/listing.h"
#include "registry/membership.h"
#include "registry/stored.h"
#include "registry/thing_group_record.h"
#include "registry/thing_group_records.h"
#include "registry/thing_record.h"

namespace gatehouse::indexing {
namespace {

using registry::Outcome;
using registry::Refusal;
using registry::refuse;
using registry::ThingGroup;

std::string_view name_of(IndexName index) {
    return index == IndexName::Things ? things_index : thing_groups_index;
}

registry::Texts attributes_of(const Document& document) {
    registry::Texts attributes;
    for (const Field& field : document.fields) {
        if (!field.name.starts_with(fields::attributes)) continue;
        attributes[std::string(field.name.substr(fields::attributes.size()))] = field.value;
    }
    return attributes;
}

Query::IsNumber numbers_of(const TenantIndex& index, IndexName name) {
    return [&configuration = index.configuration(), name](std::string_view field) {
        return type_of(configuration, name, field) == FieldType::Number;
    };
}

Outcome<Query> parse(const std::string& text, const Query::IsNumber& is_number) {
    auto query = Query::parse(text, is_number);
    if (!query) return refuse(Refusal::InvalidQuery, query.error().describe(), "queryString");
    return std::move(*query);
}

void add_to(SearchPage& page, const TenantIndex& index, const SearchQuestion& question,
            const Document& document) {
    if (question.index == IndexName::ThingGroups) {
        page.groups.push_back(
            {.name = document.name,
             .id = std::string(document.value_of(fields::group_id)),
             .description = std::string(document.value_of(fields::group_description)),
             .parents = document.values_of(fields::parent_groups),
             .attributes = attributes_of(document)});
        return;
    }
    FoundThing thing{.name = document.name,
                     .id = std::string(document.value_of(fields::thing_id)),
                     .type = std::string(document.value_of(fields::thing_type)),
                     .groups = document.values_of(fields::thing_groups),
                     .attributes = attributes_of(document),
                     .connectivity = std::nullopt};
    if (index.configuration().things.has_connectivity) {
        const Connectivity* const known = index.connectivity(document.name);
        thing.connectivity = known == nullptr ? Connectivity() : *known;
    }
    page.things.push_back(std::move(thing));
}

}  // namespace

TenantIndex* Indexes::find(const Tenant& tenant) {
    const auto found = indexes_.find(tenant);
    return found == indexes_.end() ? nullptr : found->second.get();
}

bool Indexes::indexes_connectivity(const Tenant& tenant) const {
    const auto found = indexes_.find(tenant);
    return found != indexes_.end() && found->second->configuration().things.has_connectivity;
}

NotedChanges Indexes::take(const NotedChanges& changes) {
    NotedChanges again;
    const auto each = [&](const auto& noted, auto& kept, auto take_one) {
        for (const auto& [tenant, names] : noted) {
            if (find(tenant) == nullptr || changes.whole.contains(tenant)) continue;
            for (const std::string& name : names) {
                if (!take_one(tenant, name)) kept[tenant].insert(name);
            }
        }
    };
    for (const Tenant& tenant : changes.whole) {
        if (!build(tenant)) again.whole.insert(tenant);
    }
    each(changes.groups, again.groups, [&](const Tenant& tenant, const std::string& name) {
        return take_group(tenant, name).has_value();
    });
    for (const auto& [tenant, names] : changes.emptied_groups) {
        if (find(tenant) != nullptr && !read_members(tenant, names)) {
            again.emptied_groups[tenant] = names;
        }
    }
    each(changes.things, again.things, [&](const Tenant& tenant, const std::string& name) {
        return take_thing(tenant, name).has_value();
    });
    for (const auto& [client, connectivity] : changes.connectivity) {
        if (find(client.first) == nullptr) continue;
        if (!take_connectivity(client.first, client.second, connectivity)) {
            again.connectivity[client] = connectivity;
        }
    }
    for (const auto& [tenant, index] : indexes_) {
        if (index->is_overgrown()) again.whole.insert(tenant);
    }
    return again;
}

// --- building ----------------------------------------------------------------------------------

Outcome<void> Indexes::build(const Tenant& tenant) {
    const IndexingConfigurationRecords::Parts parts;
    const auto configuration = IndexingConfigurationRecords(store_, parts).get(tenant);
    if (!configuration) return refuse(configuration.error());
    const TenantIndex* const before = find(tenant);
    if (!configuration->things.is_on() && !configuration->groups.is_on) {
        indexes_.erase(tenant);
        return {};
    }
    auto index = std::make_unique<TenantIndex>(*configuration);
    if (before != nullptr && configuration->things.has_connectivity) {
        for (const auto& [name, connectivity] : before->all_connectivity()) {
            // What is not connected stands again once its thing was read.
            index->set_connectivity(name, connectivity);
        }
    }
    std::map<std::string, ThingGroup> groups;
    if (auto read = read_groups(tenant, *index, groups); !read) return read;
    if (configuration->things.is_on()) {
        if (auto read = read_things(tenant, *index, groups); !read) return read;
    }
    if (before != nullptr && configuration->things.has_connectivity) {
        for (const auto& [name, connectivity] : before->all_connectivity()) {
            if (!connectivity.is_connected) index->set_connectivity(name, connectivity);
        }
    }
    index->built();
    indexes_[tenant] = std::move(index);
    return settle(tenant);
}

Outcome<void> Indexes::read_groups(const Tenant& tenant, TenantIndex& index,
                                   std::map<std::string, ThingGroup>& groups) {
    storage::ListQuery query{
        .tenant = tenant, .kind = registry::thing_group_kind, .limit = storage::page_records_max};
    do {
        const auto page = store_.list(query);
        if (!page) return refuse(registry::refused_by(page.error()));
        for (const storage::Record& record : page->records) {
            auto group = registry::decode_thing_group(record);
            if (!group) continue;  // what does not read back is not found
            if (index.configuration().groups.is_on) index.put(*group);
            if (group->is_dynamic()) {
                if (auto parsed =
                        Query::parse(group->query, numbers_of(index, IndexName::Things))) {
                    index.dynamic_groups().insert_or_assign(
                        group->name.value(),
                        DynamicGroup{{*group, record.revision}, std::move(*parsed)});
                }
            }
            groups.emplace(group->name.value(), std::move(*group));
        }
        query.page_token = page->next_page;
    } while (!query.page_token.empty());
    return {};
}

Outcome<void> Indexes::read_things(const Tenant& tenant, TenantIndex& index,
                                   const std::map<std::string, ThingGroup>& groups) {
    std::map<std::string, std::vector<ThingGroup>> groups_of;
    for (const auto& [name, group] : groups) {
        storage::LinkQuery query{.tenant = tenant,
                                 .relation = registry::group_thing_relation,
                                 .direction = storage::Direction::From,
                                 .name = name,
                                 .limit = storage::page_records_max};
        do {
            const auto page = store_.links(query);
            if (!page) return refuse(registry::refused_by(page.error()));
            for (const std::string& thing : page->names) {
                // Only what documents have of a group.
                groups_of[thing].push_back(
                    {.name = group.name, .query = group.is_dynamic() ? group.query : ""});
            }
            query.page_token = page->next_page;
        } while (!query.page_token.empty());
    }
    storage::ListQuery query{
        .tenant = tenant, .kind = registry::thing_kind, .limit = storage::page_records_max};
    const std::vector<ThingGroup> none;
    do {
        const auto page = store_.list(query);
        if (!page) return refuse(registry::refused_by(page.error()));
        for (const storage::Record& record : page->records) {
            const auto thing = registry::decode_thing(record);
            if (!thing) continue;
            const auto found = groups_of.find(record.key.name);
            index.put(*thing, found == groups_of.end() ? none : found->second);
        }
        query.page_token = page->next_page;
    } while (!query.page_token.empty());
    return {};
}

Outcome<void> Indexes::settle(const Tenant& tenant) {
    TenantIndex& index = *find(tenant);
    if (!index.configuration().things.is_on() || index.dynamic_groups().empty()) return {};
    DynamicMembership membership(store_, outbox_, tenant, index);
    Outcome<void> looked;
    index.visit(IndexName::Things, "", [&](const Document& document) {
        looked = membership.look_at(document);
        return looked.has_value();
    });
    return looked ? membership.finish() : looked;
}

// --- changes -----------------------------------------------------------------------------------

Outcome<void> Indexes::take_group(const Tenant& tenant, const std::string& name) {
    TenantIndex& index = *find(tenant);
    auto group =
        registry::read_stored(store_, registry::key_of(tenant, registry::ThingGroupName(name)),
                              registry::thing_group_words, registry::decode_thing_group);
    if (!group && group.error().refusal == Refusal::ServiceUnavailable) {
        return refuse(std::move(group.error()));
    }
    if (!group) {
        index.remove_group(name);
        return {};
    }
    if (index.configuration().groups.is_on) index.put(group->value);
    // It may be another group, which took the name of a dynamic one.
    index.dynamic_groups().erase(name);
    if (!group->value.is_dynamic() || !index.configuration().things.is_on()) return {};
    auto query = Query::parse(group->value.query, numbers_of(index, IndexName::Things));
    if (!query) return {};
    index.dynamic_groups().emplace(name, DynamicGroup{std::move(*group), std::move(*query)});
    return settle(tenant);
}

Outcome<void> Indexes::take_thing(const Tenant& tenant, const std::string& name) {
    TenantIndex& index = *find(tenant);
    if (!index.configuration().things.is_on()) return {};
    const registry::ThingName thing_name(name);
    const auto thing = registry::read_stored(store_, registry::key_of(tenant, thing_name),
                                             registry::thing_words, registry::decode_thing);
    if (!thing && thing.error().refusal == Refusal::ServiceUnavailable) {
        return refuse(thing.error());
    }
    if (!thing) {
        index.remove_thing(name);
        return {};
    }
    const auto groups = registry::groups_holding(store_, tenant, thing_name);
    if (!groups) return refuse(groups.error());
    const Document& document = index.put(thing->value, *groups);
    if (index.dynamic_groups().empty()) return {};
    DynamicMembership membership(store_, outbox_, tenant, index);
    if (auto looked = membership.look_at(document); !looked) return looked;
    return membership.finish();
}

Outcome<void> Indexes::read_members(const Tenant& tenant, const std::set<std::string>& groups) {
    std::vector<std::string> members;
    find(tenant)->visit(IndexName::Things, "", [&](const Document& document) {
        const bool is_member = std::ranges::any_of(document.fields, [&](const Field& field) {
            return field.name == fields::thing_groups && groups.contains(field.value);
        });
        if (is_member) members.push_back(document.name);
        return true;
    });
    for (const std::string& name : members) {
        if (auto taken = take_thing(tenant, name); !taken) return taken;
    }
    return {};
}

Outcome<void> Indexes::take_connectivity(const Tenant& tenant, const std::string& name,
                                         const Connectivity& connectivity) {
    TenantIndex& index = *find(tenant);
    if (!index.configuration().things.has_connectivity) return {};
    if (!index.set_connectivity(name, connectivity) || index.dynamic_groups().empty()) return {};
    DynamicMembership membership(store_, outbox_, tenant, index);
    if (auto looked = membership.look_at(*index.thing(name)); !looked) return looked;
    return membership.finish();
}

// --- questions ---------------------------------------------------------------------------------

Outcome<TenantIndex*> Indexes::ready(const Tenant& tenant, IndexName index) {
    TenantIndex* const found = find(tenant);
    if (found != nullptr && found->configuration().is_on(index)) return found;
    return refuse(Refusal::IndexNotReady,
                  fmt::format("{} is not indexed; turn it on with UpdateIndexingConfiguration",
                              name_of(index)),
                  "indexName");
}

Outcome<SearchPage> Indexes::search(const Tenant& tenant, const SearchQuestion& question) {
    const auto index = ready(tenant, question.index);
    if (!index) return refuse(index.error());
    const auto query = parse(question.query, numbers_of(**index, question.index));
    if (!query) return refuse(query.error());
    const std::string asked = fmt::format("{}\n{}", name_of(question.index), question.query);
    const auto after = name_in_token(asked, question.token);
    if (!after) {
        return refuse(Refusal::InvalidRequest, "this token is not of this search", "nextToken");
    }
    SearchPage page;
    (*index)->visit(question.index, *after, [&](const Document& document) {
        if (!query->matches(document)) return true;
        if (page.things.size() + page.groups.size() == question.limit) {
            page.next_token = token_after(
                asked, page.things.empty() ? page.groups.back().name : page.things.back().name);
            return false;
        }
        add_to(page, **index, question, document);
        return true;
    });
    return page;
}

Outcome<Aggregation> Indexes::aggregate(const Tenant& tenant, const AggregationQuestion& question) {
    const auto index = ready(tenant, question.index);
    if (!index) return refuse(index.error());
    const auto query = parse(question.query, numbers_of(**index, question.index));
    if (!query) return refuse(query.error());
    const std::string_view version =
        question.index == IndexName::Things ? "registry.version" : "version";
    const std::string field(question.field.empty() ? version : question.field);
    const auto type = type_of((*index)->configuration(), question.index, field);
    if (!type) {
        return refuse(Refusal::InvalidAggregation,
                      fmt::format("'{}' can be aggregated once it is a custom field of the "
                                  "indexing configuration; managed fields can, too",
                                  field),
                      "aggregationField");
    }
    Aggregation aggregation(std::string(plain_field_name(field)), *type);
    (*index)->visit(question.index, "", [&](const Document& document) {
        if (query->matches(document)) aggregation.add(document);
        return true;
    });
    return aggregation;
}

Outcome<void> Indexes::check_dynamic(const Tenant& tenant, const std::string& query) {
    const auto index = ready(tenant, IndexName::Things);
    if (!index) {
        return refuse(
            Refusal::InvalidRequest,
            fmt::format("a dynamic group needs the index of things: {}", index.error().message),
            "indexName");
    }
    if (const auto parsed = parse(query, numbers_of(**index, IndexName::Things)); !parsed)
        return refuse(parsed.error());
    return {};
}

Outcome<Connectivity> Indexes::connectivity(const Tenant& tenant, const std::string& thing) {
    const auto index = ready(tenant, IndexName::Things);
    if (!index) return refuse(index.error());
    if (!(*index)->configuration().things.has_connectivity) {
        return refuse(Refusal::IndexNotReady,
                      "connectivity is not indexed; set thingConnectivityIndexingMode to STATUS",
                      "thingName");
    }
    if ((*index)->thing(thing) == nullptr) {
        return refuse(registry::missing(
            store_, registry::key_of(tenant, registry::ThingName(thing)), registry::thing_words));
    }
    const Connectivity* const known = (*index)->connectivity(thing);
    return known == nullptr ? Connectivity() : *known;
}

}  // namespace gatehouse::indexing
