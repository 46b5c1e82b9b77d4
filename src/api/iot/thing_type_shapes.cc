#include "api/iot/thing_type_shapes.h"

#include <utility>

#include "api/iot/authorizer_shapes.h"
#include "api/shapes/iot/errors.h"

namespace gatehouse::api::iot {

namespace {

wire::Outcome<void> check_served(const ThingTypeProperties& properties) {
    if (!properties.mqtt5_configuration) return {};
    return wire::fail_as(errors::invalid_request_exception,
                         "mqtt5Configuration: attributes are not yet passed on with messages; "
                         "leave it out");
}

}  // namespace

wire::Outcome<registry::NewThingType> new_type_of(CreateThingTypeRequest request) {
    auto tags = texts_of(request.tags);
    if (!tags) return std::unexpected(std::move(tags.error()));
    registry::NewThingType type{.name = registry::ThingTypeName(std::move(request.thing_type_name)),
                                .tags = std::move(*tags)};
    if (!request.thing_type_properties) return type;
    ThingTypeProperties& properties = *request.thing_type_properties;
    if (auto served = check_served(properties); !served) {
        return std::unexpected(std::move(served.error()));
    }
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
    if (auto served = check_served(properties); !served) {
        return std::unexpected(std::move(served.error()));
    }
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
