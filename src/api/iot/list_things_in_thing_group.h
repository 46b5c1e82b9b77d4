// ListThingsInThingGroup: the things in a group, and in those below it.
// Source: AWS IoT API Reference, ListThingsInThingGroup.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/list_things_in_thing_group.h"
#include "registry/memberships.h"

namespace gatehouse::api::iot {

struct ListThingsInThingGroup {
    using Shape = ListThingsInThingGroupShape;

    registry::Memberships& memberships;

    async::Task<wire::Outcome<ListThingsInThingGroupResponse>> handle(
        const Caller& caller, ListThingsInThingGroupRequest request) const;
};

}  // namespace gatehouse::api::iot
