// DeprecateThingType: that no more things may be of a type, or that they may again.
// Source: AWS IoT API Reference, DeprecateThingType.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/deprecate_thing_type.h"
#include "registry/thing_types.h"

namespace gatehouse::api::iot {

struct DeprecateThingType {
    using Shape = DeprecateThingTypeShape;

    registry::ThingTypes& types;

    async::Task<wire::Outcome<DeprecateThingTypeResponse>> handle(
        const Caller& caller, DeprecateThingTypeRequest request) const;
};

}  // namespace gatehouse::api::iot
