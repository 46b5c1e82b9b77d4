#include "api/iot/list_things_in_thing_group.h"

#include "api/iot/errors.h"
#include "api/iot/listing_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<ListThingsInThingGroupResponse>> ListThingsInThingGroup::handle(
    const Caller& caller, ListThingsInThingGroupRequest request) const {
    const auto listing = listing_of(request.max_results, request.next_token);
    const auto reach = request.recursive.value_or(false) ? registry::GroupReach::Below
                                                         : registry::GroupReach::Itself;
    auto page = co_await memberships.run([&](registry::MembershipRecords& records) {
        return records.things_in(caller.tenant,
                                 registry::ThingGroupName(std::move(request.thing_group_name)),
                                 reach, listing);
    });
    if (!page) co_return failure_of(page.error());
    ListThingsInThingGroupResponse response{.things = std::move(page->items)};
    set_marker(response.next_token, page->next_marker);
    co_return response;
}

}  // namespace gatehouse::api::iot
