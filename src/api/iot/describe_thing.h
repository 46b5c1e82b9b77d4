// DescribeThing: a thing.
// Source: AWS IoT API Reference, DescribeThing.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/describe_thing.h"
#include "registry/things.h"

namespace gatehouse::api::iot {

struct DescribeThing {
    using Shape = DescribeThingShape;

    registry::Things& things;

    async::Task<wire::Outcome<DescribeThingResponse>> handle(const Caller& caller,
                                                             DescribeThingRequest request) const;
};

}  // namespace gatehouse::api::iot
