// ListTraces: the latest connection attempts, newest first, each with its steps; and the cursor
// from which FollowTraces goes on.
#pragma once

#include "api/endpoint.h"
#include "api/gatehouse/trace_shapes.h"
#include "api/shapes/gatehouse/list_traces.h"

namespace gatehouse::api::gatehouse {

struct ListTraces {
    using Shape = ListTracesShape;

    const ::gatehouse::logs::TraceStore& traces;
    TraceCursor cursor;

    Result<ListTracesResponse> handle(const Caller& caller, ListTracesRequest request) const;
};

}  // namespace gatehouse::api::gatehouse
