// FollowTraces: the connection attempts that changed since a cursor, those that changed first
// first. Waits up to waitSeconds (default 20) for a change when there is none yet. Without a cursor
// it begins now.
#pragma once

#include "api/endpoint.h"
#include "api/gatehouse/trace_shapes.h"
#include "api/shapes/gatehouse/follow_traces.h"

namespace gatehouse::api::gatehouse {

struct FollowTraces {
    using Shape = FollowTracesShape;

    ::gatehouse::logs::TraceStore& traces;
    const Clock& clock;
    TraceCursor cursor;

    async::Task<Result<FollowTracesResponse>> handle(const Caller& caller,
                                                     FollowTracesRequest request) const;
};

}  // namespace gatehouse::api::gatehouse
