#include "api/iot/add_thing_to_billing_group.h"
#include "api/iot/add_thing_to_thing_group.h"
#include "api/iot/create_billing_group.h"
#include "api/iot/create_dynamic_thing_group.h"
#include "api/iot/create_thing_group.h"
#include "api/iot/delete_billing_group.h"
#include "api/iot/delete_dynamic_thing_group.h"
#include "api/iot/delete_thing_group.h"
#include "api/iot/describe_billing_group.h"
#include "api/iot/describe_thing_group.h"
#include "api/iot/list_billing_groups.h"
#include "api/iot/list_thing_groups.h"
#include "api/iot/list_thing_groups_for_thing.h"
#include "api/iot/list_things_in_billing_group.h"
#include "api/iot/list_things_in_thing_group.h"
#include "api/iot/operations.h"
#include "api/iot/remove_thing_from_billing_group.h"
#include "api/iot/remove_thing_from_thing_group.h"
#include "api/iot/update_billing_group.h"
#include "api/iot/update_dynamic_thing_group.h"
#include "api/iot/update_thing_group.h"
#include "api/iot/update_thing_groups_for_thing.h"

namespace gatehouse::api {
namespace {

void serve_groups(Service& service, const IotParts& parts) {
    service.handle(iot::AddThingToThingGroup{parts.memberships})
        .handle(iot::CreateDynamicThingGroup{parts.thing_groups, parts.index})
        .handle(iot::CreateThingGroup{parts.thing_groups})
        .handle(iot::DeleteDynamicThingGroup{parts.thing_groups})
        .handle(iot::DeleteThingGroup{parts.thing_groups})
        .handle(iot::DescribeThingGroup{parts.thing_groups, parts.index})
        .handle(iot::ListThingGroups{parts.thing_groups})
        .handle(iot::ListThingGroupsForThing{parts.memberships})
        .handle(iot::ListThingsInThingGroup{parts.memberships})
        .handle(iot::RemoveThingFromThingGroup{parts.memberships})
        .handle(iot::UpdateDynamicThingGroup{parts.thing_groups, parts.index})
        .handle(iot::UpdateThingGroup{parts.thing_groups})
        .handle(iot::UpdateThingGroupsForThing{parts.memberships});
}

void serve_billing_groups(Service& service, const IotParts& parts) {
    service.handle(iot::AddThingToBillingGroup{parts.billing_groups})
        .handle(iot::CreateBillingGroup{parts.billing_groups})
        .handle(iot::DeleteBillingGroup{parts.billing_groups})
        .handle(iot::DescribeBillingGroup{parts.billing_groups})
        .handle(iot::ListBillingGroups{parts.billing_groups})
        .handle(iot::ListThingsInBillingGroup{parts.billing_groups})
        .handle(iot::RemoveThingFromBillingGroup{parts.billing_groups})
        .handle(iot::UpdateBillingGroup{parts.billing_groups});
}

}  // namespace

void add_group_operations(Service& service, const IotParts& parts) {
    serve_groups(service, parts);
    serve_billing_groups(service, parts);
}

}  // namespace gatehouse::api
