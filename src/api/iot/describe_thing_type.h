// DescribeThingType: a thing type.
// Source: AWS IoT API Reference, DescribeThingType.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/describe_thing_type.h"
#include "registry/thing_types.h"

namespace gatehouse::api::iot {

struct DescribeThingType {
    using Shape = DescribeThingTypeShape;

    registry::ThingTypes& types;

    async::Task<wire::Outcome<DescribeThingTypeResponse>> handle(
        const Caller& caller, DescribeThingTypeRequest request) const;
};

}  // namespace gatehouse::api::iot
