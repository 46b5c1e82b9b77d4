#include "api/iot/list_things_in_billing_group.h"

#include "api/iot/errors.h"
#include "api/iot/listing_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<ListThingsInBillingGroupResponse>> ListThingsInBillingGroup::handle(
    const Caller& caller, ListThingsInBillingGroupRequest request) const {
    const auto listing = listing_of(request.max_results, request.next_token);
    auto page = co_await billing_groups.run([&](registry::BillingGroupRecords& records) {
        return records.things_in(caller.tenant,
                                 registry::BillingGroupName(std::move(request.billing_group_name)),
                                 listing);
    });
    if (!page) co_return failure_of(page.error());
    ListThingsInBillingGroupResponse response{.things = std::move(page->items)};
    set_marker(response.next_token, page->next_marker);
    co_return response;
}

}  // namespace gatehouse::api::iot
