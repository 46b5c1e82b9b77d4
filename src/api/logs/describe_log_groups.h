// DescribeLogGroups: the groups by name, a page at a time. With a pattern, AWS leaves
// sizes and retention out; so do we.
// Source: Amazon CloudWatch Logs API Reference, DescribeLogGroups.
#pragma once

#include "api/endpoint.h"
#include "api/logs/log_access.h"
#include "api/shapes/logs/describe_log_groups.h"

namespace gatehouse::api::logs {

struct DescribeLogGroups {
    using Shape = DescribeLogGroupsShape;

    LogAccess access;

    async::Task<wire::Outcome<DescribeLogGroupsResponse>> handle(
        const Caller& caller, DescribeLogGroupsRequest request) const;
};

}  // namespace gatehouse::api::logs
