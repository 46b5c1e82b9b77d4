#include "api/logs/untag_log_group.h"

#include "api/logs/errors.h"

namespace gatehouse::api::logs {

async::Task<wire::Outcome<UntagLogGroupResponse>> UntagLogGroup::handle(
    const Caller& caller, UntagLogGroupRequest request) const {
    const auto done = co_await access.run([&] {
        return access.logs.change_tags(caller.tenant, request.log_group_name, {}, request.tags);
    });
    if (!done) co_return failure_of(done.error());
    co_return UntagLogGroupResponse();
}

}  // namespace gatehouse::api::logs
