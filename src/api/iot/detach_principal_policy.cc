#include "api/iot/detach_principal_policy.h"

#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<DetachPrincipalPolicyResponse>> DetachPrincipalPolicy::handle(
    const Caller& caller, DetachPrincipalPolicyRequest request) const {
    const registry::PolicyName name(std::move(request.policy_name));
    const auto target =
        registry::parse_policy_target(caller.tenant, request.principal, "principal");
    if (!target) co_return failure_of(target.error());
    const auto detached = co_await policies.run([&](registry::PolicyRecords& records) {
        return records.detach(caller.tenant, name, *target);
    });
    if (!detached) co_return failure_of(detached.error());
    co_return DetachPrincipalPolicyResponse();
}

}  // namespace gatehouse::api::iot
