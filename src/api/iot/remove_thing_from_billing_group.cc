#include "api/iot/remove_thing_from_billing_group.h"

#include "api/iot/errors.h"
#include "api/iot/resource_names.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<RemoveThingFromBillingGroupResponse>> RemoveThingFromBillingGroup::handle(
    const Caller& caller, RemoveThingFromBillingGroupRequest request) const {
    const auto group =
        billing_group_named(caller.tenant, request.billing_group_name, request.billing_group_arn);
    if (!group) co_return failure_of(group.error());
    const auto thing = thing_named(caller.tenant, request.thing_name, request.thing_arn);
    if (!thing) co_return failure_of(thing.error());
    const auto changed = co_await billing_groups.run([&](registry::BillingGroupRecords& records) {
        return records.remove_thing(caller.tenant, *group, *thing);
    });
    if (!changed) co_return failure_of(changed.error());
    co_return RemoveThingFromBillingGroupResponse();
}

}  // namespace gatehouse::api::iot
