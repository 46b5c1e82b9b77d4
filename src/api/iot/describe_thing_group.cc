#include "api/iot/describe_thing_group.h"

#include "api/iot/errors.h"
#include "api/iot/index_shapes.h"
#include "api/iot/thing_group_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<DescribeThingGroupResponse>> DescribeThingGroup::handle(
    const Caller& caller, DescribeThingGroupRequest request) const {
    const auto found = co_await thing_groups.run([&](registry::ThingGroupRecords& records) {
        return records.describe(caller.tenant,
                                registry::ThingGroupName(std::move(request.thing_group_name)));
    });
    if (!found) co_return failure_of(found.error());
    DescribeThingGroupResponse response{.thing_group_name = found->name.value(),
                                        .thing_group_id = found->id,
                                        .thing_group_arn = found->arn(),
                                        .version = static_cast<std::int64_t>(found->version),
                                        .thing_group_properties = properties_of(*found),
                                        .thing_group_metadata = metadata_of(*found)};
    if (!found->is_dynamic()) co_return response;
    response.index_name = std::string(indexing::things_index);
    response.query_string = found->query;
    response.query_version = std::string(only_query_version);
    const bool is_settled = index.is_settled(caller.tenant, found->name.value());
    const auto unsettled =
        found->version == 1 ? DynamicGroupStatus::Building : DynamicGroupStatus::Rebuilding;
    response.status = is_settled ? DynamicGroupStatus::Active : unsettled;
    co_return response;
}

}  // namespace gatehouse::api::iot
