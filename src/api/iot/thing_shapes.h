// Things between the API's shapes and the registry's values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "api/shapes/iot/types/attribute_payload.h"
#include "api/shapes/iot/types/thing_attribute.h"
#include "api/shapes/iot/types/thing_principal_type.h"
#include "api/shapes/iot/update_thing.h"
#include "registry/thing_records.h"

namespace gatehouse::api::iot {

registry::Texts attributes_of(std::optional<AttributePayload> payload);
registry::AttributeChange how_of(const AttributePayload& payload);
registry::ThingChange change_of(UpdateThingRequest request);
ThingAttribute shape_of(registry::Thing thing);
std::optional<registry::ThingTypeName> type_of(std::optional<std::string> name);
std::optional<std::uint64_t> version_of(std::optional<std::int64_t> version);
ThingPrincipalType shape_of(registry::PrincipalTie tie);
// Of a listing; none: all.
std::optional<registry::PrincipalTie> wanted_tie_of(std::optional<ThingPrincipalType> type);
registry::PrincipalTie tie_of(std::optional<ThingPrincipalType> type);

}  // namespace gatehouse::api::iot
