#include "api/iot/list_thing_groups_for_thing.h"

#include "api/iot/errors.h"
#include "api/iot/listing_shapes.h"
#include "api/iot/thing_group_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<ListThingGroupsForThingResponse>> ListThingGroupsForThing::handle(
    const Caller& caller, ListThingGroupsForThingRequest request) const {
    const auto listing = listing_of(request.max_results, request.next_token);
    auto page = co_await memberships.run([&](registry::MembershipRecords& records) {
        return records.groups_of(caller.tenant, registry::ThingName(std::move(request.thing_name)),
                                 listing);
    });
    if (!page) co_return failure_of(page.error());
    ListThingGroupsForThingResponse response{.thing_groups = std::vector<GroupNameAndArn>()};
    for (std::string& name : page->items) {
        response.thing_groups->push_back(
            shape_of(caller.tenant, registry::ThingGroupName(std::move(name))));
    }
    set_marker(response.next_token, page->next_marker);
    co_return response;
}

}  // namespace gatehouse::api::iot
