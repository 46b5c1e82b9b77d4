// DeleteThingType: a thing type that has been deprecated for a while and that no thing is of.
// Source: AWS IoT API Reference, DeleteThingType.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/delete_thing_type.h"
#include "registry/thing_types.h"

namespace gatehouse::api::iot {

struct DeleteThingType {
    using Shape = DeleteThingTypeShape;

    registry::ThingTypes& types;

    async::Task<wire::Outcome<DeleteThingTypeResponse>> handle(
        const Caller& caller, DeleteThingTypeRequest request) const;
};

}  // namespace gatehouse::api::iot
