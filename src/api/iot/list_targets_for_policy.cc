#include "api/iot/list_targets_for_policy.h"

#include "api/iot/errors.h"
#include "api/iot/listing_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<ListTargetsForPolicyResponse>> ListTargetsForPolicy::handle(
    const Caller& caller, ListTargetsForPolicyRequest request) const {
    const registry::PolicyName name(std::move(request.policy_name));
    const auto listing = listing_of(request.page_size, request.marker, std::nullopt);
    auto page = co_await policies.run([&](registry::PolicyRecords& records) {
        return records.targets_of(caller.tenant, name, listing);
    });
    if (!page) co_return failure_of(page.error());
    ListTargetsForPolicyResponse response{.targets = std::move(page->items)};
    set_marker(response.next_marker, page->next_marker);
    co_return response;
}

}  // namespace gatehouse::api::iot
