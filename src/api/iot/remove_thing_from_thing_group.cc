#include "api/iot/remove_thing_from_thing_group.h"

#include "api/iot/errors.h"
#include "api/iot/resource_names.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<RemoveThingFromThingGroupResponse>> RemoveThingFromThingGroup::handle(
    const Caller& caller, RemoveThingFromThingGroupRequest request) const {
    const auto group =
        thing_group_named(caller.tenant, request.thing_group_name, request.thing_group_arn);
    if (!group) co_return failure_of(group.error());
    const auto thing = thing_named(caller.tenant, request.thing_name, request.thing_arn);
    if (!thing) co_return failure_of(thing.error());
    const auto changed = co_await memberships.run([&](registry::MembershipRecords& records) {
        return records.change(caller.tenant, *thing, {.leave = {*group}});
    });
    if (!changed) co_return failure_of(changed.error());
    co_return RemoveThingFromThingGroupResponse();
}

}  // namespace gatehouse::api::iot
