#include "api/iot/set_default_policy_version.h"

#include "api/iot/errors.h"
#include "api/iot/policy_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<SetDefaultPolicyVersionResponse>> SetDefaultPolicyVersion::handle(
    const Caller& caller, SetDefaultPolicyVersionRequest request) const {
    const registry::PolicyName name(std::move(request.policy_name));
    const auto id = policy_version_of(request.policy_version_id);
    if (!id) co_return std::unexpected(id.error());
    const auto chosen = co_await policies.run([&](registry::PolicyRecords& records) {
        return records.set_default(caller.tenant, name, *id);
    });
    if (!chosen) co_return failure_of(chosen.error());
    co_return SetDefaultPolicyVersionResponse();
}

}  // namespace gatehouse::api::iot
