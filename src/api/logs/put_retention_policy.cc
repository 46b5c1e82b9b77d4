#include "api/logs/put_retention_policy.h"

#include "api/logs/errors.h"

namespace gatehouse::api::logs {

async::Task<wire::Outcome<PutRetentionPolicyResponse>> PutRetentionPolicy::handle(
    const Caller& caller, PutRetentionPolicyRequest request) const {
    const auto done = co_await access.run([&] {
        return store::put_retention_policy(access.logs, caller.tenant, request.log_group_name,
                                           request.retention_in_days);
    });
    if (!done) co_return failure_of(done.error());
    co_return PutRetentionPolicyResponse();
}

}  // namespace gatehouse::api::logs
