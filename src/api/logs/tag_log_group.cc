#include "api/logs/tag_log_group.h"

#include "api/logs/errors.h"
#include "api/shapes/logs/errors.h"

namespace gatehouse::api::logs {

async::Task<wire::Outcome<TagLogGroupResponse>> TagLogGroup::handle(
    const Caller& caller, TagLogGroupRequest request) const {
    const auto done = co_await access.run([&] {
        return access.logs.change_tags(caller.tenant, request.log_group_name, request.tags, {});
    });
    if (!done && done.error().kind == ErrorKind::LimitExceeded) {
        co_return wire::fail_as(errors::invalid_parameter_exception, done.error().message);
    }
    if (!done) co_return failure_of(done.error());
    co_return TagLogGroupResponse();
}

}  // namespace gatehouse::api::logs
