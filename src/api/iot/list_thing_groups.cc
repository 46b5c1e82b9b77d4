#include "api/iot/list_thing_groups.h"

#include "api/iot/errors.h"
#include "api/iot/listing_shapes.h"
#include "api/iot/thing_group_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<ListThingGroupsResponse>> ListThingGroups::handle(
    const Caller& caller, ListThingGroupsRequest request) const {
    using registry::ThingGroupFilter;
    const auto listing = listing_of(request.max_results, request.next_token);
    ThingGroupFilter filter{.prefix = std::move(request.name_prefix_filter).value_or("")};
    if (request.parent_group) {
        filter.parent = registry::ThingGroupName(std::move(*request.parent_group));
    }
    if (!request.recursive.value_or(true)) filter.depth = ThingGroupFilter::Depth::Children;
    auto page = co_await thing_groups.run([&](registry::ThingGroupRecords& records) {
        return records.list(caller.tenant, listing, filter);
    });
    if (!page) co_return failure_of(page.error());
    ListThingGroupsResponse response{.thing_groups = std::vector<GroupNameAndArn>()};
    for (const registry::ThingGroup& group : page->items) {
        response.thing_groups->push_back(shape_of(caller.tenant, group.name));
    }
    set_marker(response.next_token, page->next_marker);
    co_return response;
}

}  // namespace gatehouse::api::iot
