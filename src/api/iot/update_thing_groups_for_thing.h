// UpdateThingGroupsForThing: puts a thing into groups and takes it out of others, at once.
// Source: AWS IoT API Reference, UpdateThingGroupsForThing.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/update_thing_groups_for_thing.h"
#include "registry/memberships.h"

namespace gatehouse::api::iot {

struct UpdateThingGroupsForThing {
    using Shape = UpdateThingGroupsForThingShape;

    registry::Memberships& memberships;

    async::Task<wire::Outcome<UpdateThingGroupsForThingResponse>> handle(
        const Caller& caller, UpdateThingGroupsForThingRequest request) const;
};

}  // namespace gatehouse::api::iot
