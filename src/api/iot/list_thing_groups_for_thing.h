// ListThingGroupsForThing: the groups that a thing was put into.
// Source: AWS IoT API Reference, ListThingGroupsForThing.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/list_thing_groups_for_thing.h"
#include "registry/memberships.h"

namespace gatehouse::api::iot {

struct ListThingGroupsForThing {
    using Shape = ListThingGroupsForThingShape;

    registry::Memberships& memberships;

    async::Task<wire::Outcome<ListThingGroupsForThingResponse>> handle(
        const Caller& caller, ListThingGroupsForThingRequest request) const;
};

}  // namespace gatehouse::api::iot
