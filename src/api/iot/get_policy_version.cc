#include "api/iot/get_policy_version.h"

#include "api/iot/errors.h"
#include "api/iot/policy_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<GetPolicyVersionResponse>> GetPolicyVersion::handle(
    const Caller& caller, GetPolicyVersionRequest request) const {
    const registry::PolicyName name(std::move(request.policy_name));
    const auto id = policy_version_of(request.policy_version_id);
    if (!id) co_return std::unexpected(id.error());
    const auto policy = co_await policies.run(
        [&](registry::PolicyRecords& records) { return records.get(caller.tenant, name); });
    if (!policy) co_return failure_of(policy.error());
    const registry::PolicyVersion* const version = policy->version(*id);
    if (version == nullptr) co_return no_version(name, *id);
    co_return GetPolicyVersionResponse{.policy_arn = policy->arn(),
                                       .policy_name = policy->name.value(),
                                       .policy_document = version->document,
                                       .policy_version_id = text_of(version->id),
                                       .is_default_version = version->id == policy->default_version,
                                       .creation_date = version->created,
                                       .last_modified_date = version->created,
                                       .generation_id = policy->generation_id};
}

}  // namespace gatehouse::api::iot
