// DescribeLogStreams: the streams of a group, by name or by their last event.
// Source: Amazon CloudWatch Logs API Reference, DescribeLogStreams.
#pragma once

#include "api/endpoint.h"
#include "api/logs/log_access.h"
#include "api/shapes/logs/describe_log_streams.h"

namespace gatehouse::api::logs {

struct DescribeLogStreams {
    using Shape = DescribeLogStreamsShape;

    LogAccess access;

    async::Task<wire::Outcome<DescribeLogStreamsResponse>> handle(
        const Caller& caller, DescribeLogStreamsRequest request) const;
};

}  // namespace gatehouse::api::logs
