#include "api/iot/delete_policy_version.h"

#include "api/iot/errors.h"
#include "api/iot/policy_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<DeletePolicyVersionResponse>> DeletePolicyVersion::handle(
    const Caller& caller, DeletePolicyVersionRequest request) const {
    const registry::PolicyName name(std::move(request.policy_name));
    const auto id = policy_version_of(request.policy_version_id);
    if (!id) co_return std::unexpected(id.error());
    const auto removed = co_await policies.run([&](registry::PolicyRecords& records) {
        return records.remove_version(caller.tenant, name, *id);
    });
    if (!removed) co_return failure_of(removed.error());
    co_return DeletePolicyVersionResponse();
}

}  // namespace gatehouse::api::iot
