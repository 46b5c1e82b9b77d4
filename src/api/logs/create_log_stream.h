// CreateLogStream: an empty stream in a group.
// Source: Amazon CloudWatch Logs API Reference, CreateLogStream.
#pragma once

#include "api/endpoint.h"
#include "api/logs/log_access.h"
#include "api/shapes/logs/create_log_stream.h"

namespace gatehouse::api::logs {

struct CreateLogStream {
    using Shape = CreateLogStreamShape;

    LogAccess access;

    async::Task<wire::Outcome<CreateLogStreamResponse>> handle(
        const Caller& caller, CreateLogStreamRequest request) const;
};

}  // namespace gatehouse::api::logs
