#include "api/iot/update_thing_groups_for_thing.h"

#include "api/iot/errors.h"
#include "api/iot/resource_names.h"
#include "api/iot/thing_group_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<UpdateThingGroupsForThingResponse>> UpdateThingGroupsForThing::handle(
    const Caller& caller, UpdateThingGroupsForThingRequest request) const {
    const auto thing = thing_named(caller.tenant, request.thing_name, std::nullopt);
    if (!thing) co_return failure_of(thing.error());
    const registry::MembershipChange change{
        .leave = group_names_of(std::move(request.thing_groups_to_remove)),
        .join = group_names_of(std::move(request.thing_groups_to_add)),
        .at_the_limit = limit_of(request.override_dynamic_groups)};
    const auto changed = co_await memberships.run([&](registry::MembershipRecords& records) {
        return records.change(caller.tenant, *thing, change);
    });
    if (!changed) co_return failure_of(changed.error());
    co_return UpdateThingGroupsForThingResponse();
}

}  // namespace gatehouse::api::iot
