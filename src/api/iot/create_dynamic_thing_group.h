// CreateDynamicThingGroup: a group of the things that a query finds.
// Source: AWS IoT API Reference, CreateDynamicThingGroup.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/create_dynamic_thing_group.h"
#include "indexing/index_worker.h"
#include "registry/thing_groups.h"

namespace gatehouse::api::iot {

struct CreateDynamicThingGroup {
    using Shape = CreateDynamicThingGroupShape;

    registry::ThingGroups& thing_groups;
    indexing::IndexWorker& index;

    async::Task<wire::Outcome<CreateDynamicThingGroupResponse>> handle(
        const Caller& caller, CreateDynamicThingGroupRequest request) const;
};

}  // namespace gatehouse::api::iot
