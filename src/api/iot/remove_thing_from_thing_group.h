// RemoveThingFromThingGroup: takes a thing out of a group.
// Source: AWS IoT API Reference, RemoveThingFromThingGroup.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/remove_thing_from_thing_group.h"
#include "registry/memberships.h"

namespace gatehouse::api::iot {

struct RemoveThingFromThingGroup {
    using Shape = RemoveThingFromThingGroupShape;

    registry::Memberships& memberships;

    async::Task<wire::Outcome<RemoveThingFromThingGroupResponse>> handle(
        const Caller& caller, RemoveThingFromThingGroupRequest request) const;
};

}  // namespace gatehouse::api::iot
