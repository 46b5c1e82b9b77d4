// TagLogGroup: TagResource by the name of the group; the older way.
// Source: Amazon CloudWatch Logs API Reference, TagLogGroup.
#pragma once

#include "api/endpoint.h"
#include "api/logs/log_access.h"
#include "api/shapes/logs/tag_log_group.h"

namespace gatehouse::api::logs {

struct TagLogGroup {
    using Shape = TagLogGroupShape;

    LogAccess access;

    async::Task<wire::Outcome<TagLogGroupResponse>> handle(const Caller& caller,
                                                           TagLogGroupRequest request) const;
};

}  // namespace gatehouse::api::logs
