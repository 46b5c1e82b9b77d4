#include "api/logs/delete_retention_policy.h"

#include "api/logs/errors.h"

namespace gatehouse::api::logs {

async::Task<wire::Outcome<DeleteRetentionPolicyResponse>> DeleteRetentionPolicy::handle(
    const Caller& caller, DeleteRetentionPolicyRequest request) const {
    const auto done = co_await access.run([&] {
        return store::put_retention_policy(access.logs, caller.tenant, request.log_group_name,
                                           std::nullopt);
    });
    if (!done) co_return failure_of(done.error());
    co_return DeleteRetentionPolicyResponse();
}

}  // namespace gatehouse::api::logs
