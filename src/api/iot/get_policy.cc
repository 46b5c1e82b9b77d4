#include "api/iot/get_policy.h"

#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<GetPolicyResponse>> GetPolicy::handle(const Caller& caller,
                                                                GetPolicyRequest request) const {
    const registry::PolicyName name(std::move(request.policy_name));
    const auto policy = co_await policies.run(
        [&](registry::PolicyRecords& records) { return records.get(caller.tenant, name); });
    if (!policy) co_return failure_of(policy.error());
    co_return GetPolicyResponse{.policy_name = policy->name.value(),
                                .policy_arn = policy->arn(),
                                .policy_document = policy->counting().document,
                                .default_version_id = text_of(policy->default_version),
                                .creation_date = policy->created,
                                .last_modified_date = policy->modified,
                                .generation_id = policy->generation_id};
}

}  // namespace gatehouse::api::iot
