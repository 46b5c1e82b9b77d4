// ListThingGroups: thing groups, all or those below one.
// Source: AWS IoT API Reference, ListThingGroups.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/list_thing_groups.h"
#include "registry/thing_groups.h"

namespace gatehouse::api::iot {

struct ListThingGroups {
    using Shape = ListThingGroupsShape;

    registry::ThingGroups& thing_groups;

    async::Task<wire::Outcome<ListThingGroupsResponse>> handle(
        const Caller& caller, ListThingGroupsRequest request) const;
};

}  // namespace gatehouse::api::iot
