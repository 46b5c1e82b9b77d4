// UntagLogGroup: UntagResource by the name of the group; the older way.
// Source: Amazon CloudWatch Logs API Reference, UntagLogGroup.
#pragma once

#include "api/endpoint.h"
#include "api/logs/log_access.h"
#include "api/shapes/logs/untag_log_group.h"

namespace gatehouse::api::logs {

struct UntagLogGroup {
    using Shape = UntagLogGroupShape;

    LogAccess access;

    async::Task<wire::Outcome<UntagLogGroupResponse>> handle(const Caller& caller,
                                                             UntagLogGroupRequest request) const;
};

}  // namespace gatehouse::api::logs
