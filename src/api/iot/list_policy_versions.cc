#include "api/iot/list_policy_versions.h"

#include <ranges>

#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<ListPolicyVersionsResponse>> ListPolicyVersions::handle(
    const Caller& caller, ListPolicyVersionsRequest request) const {
    const registry::PolicyName name(std::move(request.policy_name));
    const auto policy = co_await policies.run(
        [&](registry::PolicyRecords& records) { return records.get(caller.tenant, name); });
    if (!policy) co_return failure_of(policy.error());
    ListPolicyVersionsResponse response{.policy_versions = std::vector<PolicyVersion>()};
    for (const registry::PolicyVersion& version : std::views::reverse(policy->versions)) {
        response.policy_versions->push_back(
            {.version_id = text_of(version.id),
             .is_default_version = version.id == policy->default_version,
             .create_date = version.created});
    }
    co_return response;
}

}  // namespace gatehouse::api::iot
