#include "api/iot/thing_type_shapes.h"

#include <utility>

#include "api/iot/authorizer_shapes.h"
#include "api/shapes/iot/errors.h"

namespace gatehouse::api::iot {

wire::Outcome<registry::NewThingType> new_type_of(CreateThingTypeRequest request) {
    auto tags = texts_of(request.tags);
    if (!tags) return std::unexpected(std::move(tags.error()));
    registry::NewThingType type{.name = registry::ThingTypeName(std::move(request.thing_type_name)),
                                .tags = std::move(*tags)};
    if (!request.thing_type_properties) return type;
    ThingTypeProperties& properties = *request.thing_type_properties;
    if (properties.mqtt5_configuration) {
        return wire::fail_as(errors::invalid_request_exception,
                             "mqtt5Configuration: attributes are not yet passed on with messages; "
                             "leave it out");
    }
    type.description = std::move(properties.thing_type_description).value_or("");
    if (properties.searchable_attributes) {
        type.searchable_attributes = std::move(*properties.searchable_attributes);
    }
    return type;
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
