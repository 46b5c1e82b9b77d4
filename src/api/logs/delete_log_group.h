// DeleteLogGroup: a group with everything in it.
// Source: Amazon CloudWatch Logs API Reference, DeleteLogGroup.
#pragma once

#include "api/endpoint.h"
#include "api/logs/log_access.h"
#include "api/shapes/logs/delete_log_group.h"

namespace gatehouse::api::logs {

struct DeleteLogGroup {
    using Shape = DeleteLogGroupShape;

    LogAccess access;

    async::Task<wire::Outcome<DeleteLogGroupResponse>> handle(const Caller& caller,
                                                              DeleteLogGroupRequest request) const;
};

}  // namespace gatehouse::api::logs
