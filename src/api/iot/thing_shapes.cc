#include "api/iot/thing_shapes.h"

#include <utility>

namespace gatehouse::api::iot {

registry::Texts attributes_of(std::optional<AttributePayload> payload) {
    if (!payload || !payload->attributes) return {};
    return std::move(*payload->attributes);
}

registry::AttributeChange how_of(const AttributePayload& payload) {
    return payload.merge.value_or(false) ? registry::AttributeChange::Merge
                                         : registry::AttributeChange::Replace;
}

registry::ThingChange change_of(UpdateThingRequest request) {
    registry::ThingChange change{.type = type_of(std::move(request.thing_type_name)),
                                 .removes_type = request.remove_thing_type.value_or(false),
                                 .expected_version = version_of(request.expected_version)};
    if (request.attribute_payload) {
        change.how = how_of(*request.attribute_payload);
        change.attributes = attributes_of(std::move(request.attribute_payload));
    }
    return change;
}

ThingAttribute shape_of(registry::Thing thing) {
    ThingAttribute shape{.thing_name = thing.name.value(),
                         .thing_arn = thing.arn(),
                         .attributes = std::move(thing.attributes),
                         .version = static_cast<std::int64_t>(thing.version)};
    if (!thing.type.empty()) shape.thing_type_name = thing.type.value();
    return shape;
}

std::optional<registry::ThingTypeName> type_of(std::optional<std::string> name) {
    if (!name) return std::nullopt;
    return registry::ThingTypeName(std::move(*name));
}

// One below zero is no thing's.
std::optional<std::uint64_t> version_of(std::optional<std::int64_t> version) {
    if (!version) return std::nullopt;
    return static_cast<std::uint64_t>(*version);
}

ThingPrincipalType shape_of(registry::PrincipalTie tie) {
    return tie == registry::PrincipalTie::Exclusive ? ThingPrincipalType::ExclusiveThing
                                                    : ThingPrincipalType::NonExclusiveThing;
}

std::optional<registry::PrincipalTie> wanted_tie_of(std::optional<ThingPrincipalType> type) {
    if (!type) return std::nullopt;
    return tie_of(type);
}

registry::PrincipalTie tie_of(std::optional<ThingPrincipalType> type) {
    return type == ThingPrincipalType::ExclusiveThing ? registry::PrincipalTie::Exclusive
                                                      : registry::PrincipalTie::NonExclusive;
}

}  // namespace gatehouse::api::iot
