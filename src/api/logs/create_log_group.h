// CreateLogGroup: a group without streams.
// Source: Amazon CloudWatch Logs API Reference, CreateLogGroup.
#pragma once

#include "api/endpoint.h"
#include "api/logs/log_access.h"
#include "api/shapes/logs/create_log_group.h"

namespace gatehouse::api::logs {

struct CreateLogGroup {
    using Shape = CreateLogGroupShape;

    LogAccess access;

    async::Task<wire::Outcome<CreateLogGroupResponse>> handle(const Caller& caller,
                                                              CreateLogGroupRequest request) const;
};

}  // namespace gatehouse::api::logs
