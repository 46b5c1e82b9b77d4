// Thing types between the API's shapes and the registry's values.
#pragma once

#include "api/shapes/iot/create_thing_type.h"
#include "api/shapes/iot/types/thing_type_definition.h"
#include "api/shapes/iot/types/thing_type_metadata.h"
#include "api/shapes/iot/types/thing_type_properties.h"
#include "api/shapes/iot/update_thing_type.h"
#include "api/wire/failure.h"
#include "registry/thing_type.h"

namespace gatehouse::api::iot {

wire::Outcome<registry::NewThingType> new_type_of(CreateThingTypeRequest request);
wire::Outcome<registry::ThingTypeChange> change_of(UpdateThingTypeRequest request);
ThingTypeProperties properties_of(const registry::ThingType& type);
ThingTypeMetadata metadata_of(const registry::ThingType& type);
ThingTypeDefinition definition_of(const registry::ThingType& type);

}  // namespace gatehouse::api::iot
