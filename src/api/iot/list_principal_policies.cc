#include "api/iot/list_principal_policies.h"

#include "api/iot/errors.h"
#include "api/iot/listing_shapes.h"
#include "api/iot/policy_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<ListPrincipalPoliciesResponse>> ListPrincipalPolicies::handle(
    const Caller& caller, ListPrincipalPoliciesRequest request) const {
    const auto target =
        registry::parse_policy_target(caller.tenant, request.principal, "principal");
    if (!target) co_return failure_of(target.error());
    const auto listing = listing_of(request.page_size, request.marker, request.ascending_order);
    auto page = co_await policies.run([&](registry::PolicyRecords& records) {
        return records.attached_to(caller.tenant, *target, listing);
    });
    if (!page) co_return failure_of(page.error());
    ListPrincipalPoliciesResponse response{.policies = std::vector<Policy>()};
    for (std::string& name : page->items) {
        response.policies->push_back(
            shape_of(caller.tenant, registry::PolicyName(std::move(name))));
    }
    set_marker(response.next_marker, page->next_marker);
    co_return response;
}

}  // namespace gatehouse::api::iot
