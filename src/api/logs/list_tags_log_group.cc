#include "api/logs/list_tags_log_group.h"

#include "api/logs/errors.h"

namespace gatehouse::api::logs {

async::Task<wire::Outcome<ListTagsLogGroupResponse>> ListTagsLogGroup::handle(
    const Caller& caller, ListTagsLogGroupRequest request) const {
    const auto found = access.logs.group(caller.tenant, request.log_group_name);
    if (!found) co_return failure_of(found.error());
    co_return ListTagsLogGroupResponse{.tags = (*found)->tags()};
}

}  // namespace gatehouse::api::logs
