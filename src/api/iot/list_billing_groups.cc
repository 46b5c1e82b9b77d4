#include "api/iot/list_billing_groups.h"

#include "api/iot/errors.h"
#include "api/iot/listing_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<ListBillingGroupsResponse>> ListBillingGroups::handle(
    const Caller& caller, ListBillingGroupsRequest request) const {
    const auto listing = listing_of(request.max_results, request.next_token);
    const std::string prefix = std::move(request.name_prefix_filter).value_or("");
    auto page = co_await billing_groups.run([&](registry::BillingGroupRecords& records) {
        return records.list(caller.tenant, listing, prefix);
    });
    if (!page) co_return failure_of(page.error());
    ListBillingGroupsResponse response{.billing_groups = std::vector<GroupNameAndArn>()};
    for (const registry::BillingGroup& group : page->items) {
        response.billing_groups->push_back(
            {.group_name = group.name.value(), .group_arn = group.arn()});
    }
    set_marker(response.next_token, page->next_marker);
    co_return response;
}

}  // namespace gatehouse::api::iot
