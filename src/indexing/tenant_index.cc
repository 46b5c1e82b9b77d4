#include "indexing/tenant_index.h"

#include <algorithm>
#include <utility>

namespace gatehouse::indexing {
namespace {

bool is_of_connectivity(const Field& field) {
    return field.name.starts_with("connectivity.");
}

}  // namespace

std::string_view TenantIndex::keep(std::string_view name) {
    const auto found = field_names_.find(name);
    return found != field_names_.end() ? *found : *field_names_.emplace(name).first;
}

void TenantIndex::add(Document& document, std::string_view name, std::string value) {
    if (!value.empty()) document.fields.push_back({name, std::move(value)});
}

void TenantIndex::add_attributes(Document& document, const registry::Texts& attributes) {
    for (const auto& [name, value] : attributes) {
        add(document, keep(std::string(fields::attributes) + name), value);
    }
}

void TenantIndex::add_connectivity(Document& document, const Connectivity& connectivity) {
    add(document, fields::connected, connectivity.is_connected ? "true" : "false");
    if (connectivity.since != WallTime()) {
        add(document, fields::connectivity_time,
            std::to_string(connectivity.since.time_since_epoch().count()));
    }
    add(document, fields::disconnect_reason, connectivity.reason);
    if (connectivity.version != 0) {
        add(document, fields::connectivity_version, std::to_string(connectivity.version));
    }
}

const Document& TenantIndex::put(const registry::Thing& thing,
                                 const std::vector<registry::ThingGroup>& groups) {
    Document document{.name = thing.name.value(), .fields = {}};
    add(document, fields::thing_name, thing.name.value());
    add(document, fields::thing_id, thing.id);
    add(document, fields::thing_version, std::to_string(thing.version));
    add(document, fields::thing_type, thing.type.value());
    const auto add_groups = [&](registry::GroupKind kind) {
        for (const registry::ThingGroup& group : groups) {
            if (group.kind() == kind) add(document, fields::thing_groups, group.name.value());
        }
    };
    add_groups(registry::GroupKind::Static);
    document.static_groups = static_cast<std::size_t>(
        std::ranges::count(groups, registry::GroupKind::Static, &registry::ThingGroup::kind));
    // Developer Guide, "Example thing queries": thingGroupNames finds billing groups, too.
    add(document, fields::thing_groups, thing.billing_group.value());
    add_attributes(document, thing.attributes);
    if (configuration_.things.has_connectivity) {
        const auto found = connectivity_.find(document.name);
        add_connectivity(document, found == connectivity_.end() ? Connectivity() : found->second);
    }
    // The fields of the thing's shadows have their place here, once there are shadows.
    document.own_fields = document.fields.size();
    add_groups(registry::GroupKind::Dynamic);
    return things_[thing.name.value()] = std::move(document);
}

void TenantIndex::put(const registry::ThingGroup& group) {
    Document document{.name = group.name.value(), .fields = {}};
    add(document, fields::group_name, group.name.value());
    add(document, fields::group_id, group.id);
    add(document, fields::group_version, std::to_string(group.version));
    add(document, fields::group_description, group.description);
    for (const registry::ThingGroupName& above : group.ancestors) {
        add(document, fields::parent_groups, above.value());
    }
    add_attributes(document, group.attributes);
    document.own_fields = document.fields.size();
    groups_[group.name.value()] = std::move(document);
}

void TenantIndex::remove_thing(const std::string& name) {
    things_.erase(name);
    const auto found = connectivity_.find(name);
    // What is connected may be the client of a thing that is made again.
    if (found != connectivity_.end() && !found->second.is_connected) connectivity_.erase(found);
}

void TenantIndex::remove_group(const std::string& name) {
    groups_.erase(name);
    dynamic_groups_.erase(name);
}

bool TenantIndex::set_connectivity(const std::string& name, Connectivity connectivity) {
    const auto thing = things_.find(name);
    const bool is_of_thing = thing != things_.end();
    if (!is_of_thing && !connectivity.is_connected) {
        connectivity_.erase(name);
        return false;
    }
    if (is_of_thing) {
        Document& document = thing->second;
        std::vector<Field> behind(
            document.fields.begin() + static_cast<std::ptrdiff_t>(document.own_fields),
            document.fields.end());
        document.fields.erase(
            document.fields.begin() + static_cast<std::ptrdiff_t>(document.own_fields),
            document.fields.end());
        std::erase_if(document.fields, is_of_connectivity);
        add_connectivity(document, connectivity);
        document.own_fields = document.fields.size();
        std::ranges::move(behind, std::back_inserter(document.fields));
    }
    connectivity_[name] = std::move(connectivity);
    return is_of_thing;
}

const Document* TenantIndex::thing(const std::string& name) const {
    const auto found = things_.find(name);
    return found == things_.end() ? nullptr : &found->second;
}

const Connectivity* TenantIndex::connectivity(const std::string& name) const {
    const auto found = connectivity_.find(name);
    return found == connectivity_.end() ? nullptr : &found->second;
}

void TenantIndex::visit(IndexName index, std::string_view after,
                        const std::function<bool(const Document&)>& visit) const {
    const Documents& all = documents(index);
    for (auto next = all.upper_bound(after); next != all.end(); ++next) {
        if (!visit(next->second)) return;
    }
}

}  // namespace gatehouse::indexing
