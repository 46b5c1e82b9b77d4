#include "api/iot/attach_policy.h"

#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<AttachPolicyResponse>> AttachPolicy::handle(
    const Caller& caller, AttachPolicyRequest request) const {
    const registry::PolicyName name(std::move(request.policy_name));
    const auto target = registry::parse_policy_target(caller.tenant, request.target, "target");
    if (!target) co_return failure_of(target.error());
    const auto attached = co_await policies.run([&](registry::PolicyRecords& records) {
        return records.attach(caller.tenant, name, *target);
    });
    if (!attached) co_return failure_of(attached.error());
    co_return AttachPolicyResponse();
}

}  // namespace gatehouse::api::iot
