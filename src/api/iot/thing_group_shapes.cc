#include "api/iot/thing_group_shapes.h"

#include <utility>

#include "api/iot/authorizer_shapes.h"
#include "api/iot/thing_shapes.h"

namespace gatehouse::api::iot {
namespace {

void take_properties(registry::NewThingGroup& group,
                     std::optional<ThingGroupProperties> properties) {
    if (!properties) return;
    group.description = std::move(properties->thing_group_description).value_or("");
    group.attributes = attributes_of(std::move(properties->attribute_payload));
}

}  // namespace

wire::Outcome<registry::NewThingGroup> new_group_of(CreateThingGroupRequest request) {
    auto tags = texts_of(request.tags);
    if (!tags) return std::unexpected(std::move(tags.error()));
    registry::NewThingGroup group{
        .name = registry::ThingGroupName(std::move(request.thing_group_name)),
        .parent = registry::ThingGroupName(std::move(request.parent_group_name).value_or("")),
        .tags = std::move(*tags)};
    take_properties(group, std::move(request.thing_group_properties));
    return group;
}

wire::Outcome<registry::NewThingGroup> new_group_of(CreateDynamicThingGroupRequest request) {
    auto tags = texts_of(request.tags);
    if (!tags) return std::unexpected(std::move(tags.error()));
    registry::NewThingGroup group{
        .name = registry::ThingGroupName(std::move(request.thing_group_name)),
        .tags = std::move(*tags),
        .query = std::move(request.query_string)};
    take_properties(group, std::move(request.thing_group_properties));
    return group;
}

registry::ThingGroupChange change_of(ThingGroupProperties properties,
                                     std::optional<std::int64_t> expected_version) {
    registry::ThingGroupChange change{.description = std::move(properties.thing_group_description),
                                      .expected_version = version_of(expected_version)};
    if (properties.attribute_payload) {
        change.how = how_of(*properties.attribute_payload);
        change.attributes = attributes_of(std::move(properties.attribute_payload));
    }
    return change;
}

ThingGroupProperties properties_of(const registry::ThingGroup& group) {
    ThingGroupProperties properties;
    if (!group.description.empty()) properties.thing_group_description = group.description;
    if (!group.attributes.empty()) {
        properties.attribute_payload = AttributePayload{.attributes = group.attributes};
    }
    return properties;
}

ThingGroupMetadata metadata_of(const registry::ThingGroup& group) {
    ThingGroupMetadata metadata{.creation_date = group.created};
    if (group.ancestors.empty()) return metadata;
    metadata.parent_group_name = group.parent().value();
    metadata.root_to_parent_thing_groups = std::vector<GroupNameAndArn>();
    for (const registry::ThingGroupName& ancestor : group.ancestors) {
        metadata.root_to_parent_thing_groups->push_back(shape_of(group.tenant, ancestor));
    }
    return metadata;
}

registry::MembershipChange::AtTheLimit limit_of(std::optional<bool> overrides) {
    using enum registry::MembershipChange::AtTheLimit;
    return overrides.value_or(false) ? LeaveNewestDynamic : Refuse;
}

GroupNameAndArn shape_of(const Tenant& tenant, const registry::ThingGroupName& name) {
    return {.group_name = name.value(), .group_arn = arn_of(tenant, name)};
}

std::vector<registry::ThingGroupName> group_names_of(
    std::optional<std::vector<std::string>> names) {
    std::vector<registry::ThingGroupName> groups;
    if (!names) return groups;
    for (std::string& name : *names) groups.emplace_back(std::move(name));
    return groups;
}

}  // namespace gatehouse::api::iot
