#include "api/iot/describe_thing_group.h"

#include "api/iot/errors.h"
#include "api/iot/thing_group_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<DescribeThingGroupResponse>> DescribeThingGroup::handle(
    const Caller& caller, DescribeThingGroupRequest request) const {
    const auto found = co_await thing_groups.run([&](registry::ThingGroupRecords& records) {
        return records.describe(caller.tenant,
                                registry::ThingGroupName(std::move(request.thing_group_name)));
    });
    if (!found) co_return failure_of(found.error());
    co_return DescribeThingGroupResponse{.thing_group_name = found->name.value(),
                                         .thing_group_id = found->id,
                                         .thing_group_arn = found->arn(),
                                         .version = static_cast<std::int64_t>(found->version),
                                         .thing_group_properties = properties_of(*found),
                                         .thing_group_metadata = metadata_of(*found)};
}

}  // namespace gatehouse::api::iot
