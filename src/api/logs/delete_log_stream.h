// DeleteLogStream: a stream with its events.
// Source: Amazon CloudWatch Logs API Reference, DeleteLogStream.
#pragma once

#include "api/endpoint.h"
#include "api/logs/log_access.h"
#include "api/shapes/logs/delete_log_stream.h"

namespace gatehouse::api::logs {

struct DeleteLogStream {
    using Shape = DeleteLogStreamShape;

    LogAccess access;

    async::Task<wire::Outcome<DeleteLogStreamResponse>> handle(
        const Caller& caller, DeleteLogStreamRequest request) const;
};

}  // namespace gatehouse::api::logs
