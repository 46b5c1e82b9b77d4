// ListTagsLogGroup: ListTagsForResource by the name of the group; the older way.
// Source: Amazon CloudWatch Logs API Reference, ListTagsLogGroup.
#pragma once

#include "api/endpoint.h"
#include "api/logs/log_access.h"
#include "api/shapes/logs/list_tags_log_group.h"

namespace gatehouse::api::logs {

struct ListTagsLogGroup {
    using Shape = ListTagsLogGroupShape;

    LogAccess access;

    async::Task<wire::Outcome<ListTagsLogGroupResponse>> handle(
        const Caller& caller, ListTagsLogGroupRequest request) const;
};

}  // namespace gatehouse::api::logs
