// CreateThingGroup: a static thing group; the same again answers the one that is there.
// Source: AWS IoT API Reference, CreateThingGroup.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/create_thing_group.h"
#include "registry/thing_groups.h"

namespace gatehouse::api::iot {

struct CreateThingGroup {
    using Shape = CreateThingGroupShape;

    registry::ThingGroups& thing_groups;

    async::Task<wire::Outcome<CreateThingGroupResponse>> handle(
        const Caller& caller, CreateThingGroupRequest request) const;
};

}  // namespace gatehouse::api::iot
