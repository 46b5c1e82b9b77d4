// DeleteDynamicThingGroup: the group alone; its things stay.
// Source: AWS IoT API Reference, DeleteDynamicThingGroup.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/delete_dynamic_thing_group.h"
#include "registry/thing_groups.h"

namespace gatehouse::api::iot {

struct DeleteDynamicThingGroup {
    using Shape = DeleteDynamicThingGroupShape;

    registry::ThingGroups& thing_groups;

    async::Task<wire::Outcome<DeleteDynamicThingGroupResponse>> handle(
        const Caller& caller, DeleteDynamicThingGroupRequest request) const;
};

}  // namespace gatehouse::api::iot
