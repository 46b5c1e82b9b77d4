#include "api/iot/list_policies.h"

#include "api/iot/errors.h"
#include "api/iot/listing_shapes.h"
#include "api/iot/policy_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<ListPoliciesResponse>> ListPolicies::handle(
    const Caller& caller, ListPoliciesRequest request) const {
    const auto listing = listing_of(request.page_size, request.marker, request.ascending_order);
    auto page = co_await policies.run(
        [&](registry::PolicyRecords& records) { return records.list(caller.tenant, listing); });
    if (!page) co_return failure_of(page.error());
    ListPoliciesResponse response{.policies = std::vector<Policy>()};
    for (const registry::Policy& policy : page->items) {
        response.policies->push_back(shape_of(caller.tenant, policy.name));
    }
    set_marker(response.next_marker, page->next_marker);
    co_return response;
}

}  // namespace gatehouse::api::iot
