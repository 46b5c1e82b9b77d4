// DescribeThingGroup: a thing group, and the groups above it.
// Source: AWS IoT API Reference, DescribeThingGroup.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/describe_thing_group.h"
#include "indexing/index_worker.h"
#include "registry/thing_groups.h"

namespace gatehouse::api::iot {

struct DescribeThingGroup {
    using Shape = DescribeThingGroupShape;

    registry::ThingGroups& thing_groups;
    indexing::IndexWorker& index;

    async::Task<wire::Outcome<DescribeThingGroupResponse>> handle(
        const Caller& caller, DescribeThingGroupRequest request) const;
};

}  // namespace gatehouse::api::iot
