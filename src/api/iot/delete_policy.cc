#include "api/iot/delete_policy.h"

#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<DeletePolicyResponse>> DeletePolicy::handle(
    const Caller& caller, DeletePolicyRequest request) const {
    const registry::PolicyName name(std::move(request.policy_name));
    const auto removed = co_await policies.run(
        [&](registry::PolicyRecords& records) { return records.remove(caller.tenant, name); });
    if (!removed) co_return failure_of(removed.error());
    co_return DeletePolicyResponse();
}

}  // namespace gatehouse::api::iot
