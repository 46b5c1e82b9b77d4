// DeleteThingGroup: lets a group's things go and deletes it, unless it has children.
// Source: AWS IoT API Reference, DeleteThingGroup.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/delete_thing_group.h"
#include "registry/thing_groups.h"

namespace gatehouse::api::iot {

struct DeleteThingGroup {
    using Shape = DeleteThingGroupShape;

    registry::ThingGroups& thing_groups;

    async::Task<wire::Outcome<DeleteThingGroupResponse>> handle(
        const Caller& caller, DeleteThingGroupRequest request) const;
};

}  // namespace gatehouse::api::iot
