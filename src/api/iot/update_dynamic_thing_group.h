// UpdateDynamicThingGroup: another query, or other properties, of a dynamic group.
// Source: AWS IoT API Reference, UpdateDynamicThingGroup.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/update_dynamic_thing_group.h"
#include "indexing/index_worker.h"
#include "registry/thing_groups.h"

namespace gatehouse::api::iot {

struct UpdateDynamicThingGroup {
    using Shape = UpdateDynamicThingGroupShape;

    registry::ThingGroups& thing_groups;
    indexing::IndexWorker& index;

    async::Task<wire::Outcome<UpdateDynamicThingGroupResponse>> handle(
        const Caller& caller, UpdateDynamicThingGroupRequest request) const;
};

}  // namespace gatehouse::api::iot
