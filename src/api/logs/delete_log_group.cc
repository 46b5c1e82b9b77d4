#include "api/logs/delete_log_group.h"

#include "api/logs/errors.h"

namespace gatehouse::api::logs {

async::Task<wire::Outcome<DeleteLogGroupResponse>> DeleteLogGroup::handle(
    const Caller& caller, DeleteLogGroupRequest request) const {
    const auto done = co_await access.run(
        [&] { return access.logs.delete_group(caller.tenant, request.log_group_name); });
    if (!done) co_return failure_of(done.error());
    co_return DeleteLogGroupResponse();
}

}  // namespace gatehouse::api::logs
