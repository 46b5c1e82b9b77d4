#include "api/iot/add_thing_to_thing_group.h"

#include "api/iot/errors.h"
#include "api/iot/resource_names.h"
#include "api/iot/thing_group_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<AddThingToThingGroupResponse>> AddThingToThingGroup::handle(
    const Caller& caller, AddThingToThingGroupRequest request) const {
    const auto group =
        thing_group_named(caller.tenant, request.thing_group_name, request.thing_group_arn);
    if (!group) co_return failure_of(group.error());
    const auto thing = thing_named(caller.tenant, request.thing_name, request.thing_arn);
    if (!thing) co_return failure_of(thing.error());
    const auto changed = co_await memberships.run([&](registry::MembershipRecords& records) {
        return records.change(
            caller.tenant, *thing,
            {.join = {*group}, .at_the_limit = limit_of(request.override_dynamic_groups)});
    });
    if (!changed) co_return failure_of(changed.error());
    co_return AddThingToThingGroupResponse();
}

}  // namespace gatehouse::api::iot
