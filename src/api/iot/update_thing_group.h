// UpdateThingGroup: another description or other attributes.
// Source: AWS IoT API Reference, UpdateThingGroup.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/update_thing_group.h"
#include "registry/thing_groups.h"

namespace gatehouse::api::iot {

struct UpdateThingGroup {
    using Shape = UpdateThingGroupShape;

    registry::ThingGroups& thing_groups;

    async::Task<wire::Outcome<UpdateThingGroupResponse>> handle(
        const Caller& caller, UpdateThingGroupRequest request) const;
};

}  // namespace gatehouse::api::iot
