// AddThingToThingGroup: puts a thing into a group.
// Source: AWS IoT API Reference, AddThingToThingGroup.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/add_thing_to_thing_group.h"
#include "registry/memberships.h"

namespace gatehouse::api::iot {

struct AddThingToThingGroup {
    using Shape = AddThingToThingGroupShape;

    registry::Memberships& memberships;

    async::Task<wire::Outcome<AddThingToThingGroupResponse>> handle(
        const Caller& caller, AddThingToThingGroupRequest request) const;
};

}  // namespace gatehouse::api::iot
