#include "api/iot/list_attached_policies.h"

#include "api/iot/errors.h"
#include "api/iot/listing_shapes.h"
#include "api/iot/policy_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<ListAttachedPoliciesResponse>> ListAttachedPolicies::handle(
    const Caller& caller, ListAttachedPoliciesRequest request) const {
    const auto target = registry::parse_policy_target(caller.tenant, request.target, "target");
    if (!target) co_return failure_of(target.error());
    const auto listing = listing_of(request.page_size, request.marker, std::nullopt);
    auto page = co_await policies.run([&](registry::PolicyRecords& records) {
        return request.recursive.value_or(false)
                   ? records.attached_at_or_above(caller.tenant, *target, listing)
                   : records.attached_to(caller.tenant, *target, listing);
    });
    if (!page) co_return failure_of(page.error());
    ListAttachedPoliciesResponse response{.policies = std::vector<Policy>()};
    for (std::string& name : page->items) {
        response.policies->push_back(
            shape_of(caller.tenant, registry::PolicyName(std::move(name))));
    }
    set_marker(response.next_marker, page->next_marker);
    co_return response;
}

}  // namespace gatehouse::api::iot
