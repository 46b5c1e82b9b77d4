#include "api/iot/thing_type_shapes.h"

#include <utility>

#include "api/iot/authorizer_shapes.h"

namespace gatehouse::api::iot {

namespace {

using Propagating = std::vector<registry::PropagatingAttribute>;

// Absent: it says nothing of them.
std::optional<Propagating> propagating_of(const std::optional<Mqtt5Configuration>& mqtt5) {
    if (!mqtt5 || !mqtt5->propagating_attributes) return std::nullopt;
    Propagating propagating;
    for (const PropagatingAttribute& each : *mqtt5->propagating_attributes) {
        propagating.push_back({.user_property = each.user_property_key.value_or(""),
                               .thing_attribute = each.thing_attribute.value_or(""),
                               .connection_attribute = each.connection_attribute.value_or("")});
    }
    return propagating;
}

PropagatingAttribute shape_of(const registry::PropagatingAttribute& propagating) {
    PropagatingAttribute shape{.user_property_key = propagating.user_property};
    if (!propagating.thing_attribute.empty()) shape.thing_attribute = propagating.thing_attribute;
    if (!propagating.connection_attribute.empty()) {
        shape.connection_attribute = propagating.connection_attribute;
    }
    return shape;
}

}  // namespace

wire::Outcome<registry::NewThingType> new_type_of(CreateThingTypeRequest request) {
    auto tags = texts_of(request.tags);
    if (!tags) return std::unexpected(std::move(tags.error()));
    registry::NewThingType type{.name = registry::ThingTypeName(std::move(request.thing_type_name)),
                                .tags = std::move(*tags)};
    if (!request.thing_type_properties) return type;
    ThingTypeProperties& properties = *request.thing_type_properties;
    type.propagating = propagating_of(properties.mqtt5_configuration).value_or(Propagating());
    type.description = std::move(properties.thing_type_description).value_or("");
    if (properties.searchable_attributes) {
        type.searchable_attributes = std::move(*properties.searchable_attributes);
    }
    return type;
}

wire::Outcome<registry::ThingTypeChange> change_of(UpdateThingTypeRequest request) {
    registry::ThingTypeChange change;
    if (!request.thing_type_properties) return change;
    ThingTypeProperties& properties = *request.thing_type_properties;
    change.propagating = propagating_of(properties.mqtt5_configuration);
    change.description = std::move(properties.thing_type_description);
    change.searchable_attributes = std::move(properties.searchable_attributes);
    return change;
}

ThingTypeProperties properties_of(const registry::ThingType& type) {
    ThingTypeProperties properties;
    if (!type.description.empty()) properties.thing_type_description = type.description;
    if (!type.searchable_attributes.empty()) {
        properties.searchable_attributes = type.searchable_attributes;
    }
    if (type.propagating.empty()) return properties;
    auto& propagating = properties.mqtt5_configuration.emplace().propagating_attributes.emplace();
    for (const auto& each : type.propagating) propagating.push_back(shape_of(each));
    return properties;
}

ThingTypeMetadata metadata_of(const registry::ThingType& type) {
    return {.deprecated = type.deprecated.has_value(),
            .deprecation_date = type.deprecated,
            .creation_date = type.created};
}

ThingTypeDefinition definition_of(const registry::ThingType& type) {
    return {.thing_type_name = type.name.value(),
            .thing_type_arn = type.arn(),
            .thing_type_properties = properties_of(type),
            .thing_type_metadata = metadata_of(type)};
}

}  // namespace gatehouse::api::iot
