// GetTrace: one connection attempt, step by step.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/gatehouse/get_trace.h"
#include "logs/trace.h"

namespace gatehouse::api::gatehouse {

struct GetTrace {
    using Shape = GetTraceShape;

    const ::gatehouse::logs::TraceStore& traces;

    Result<GetTraceResponse> handle(const Caller& caller, GetTraceRequest request) const;
};

}  // namespace gatehouse::api::gatehouse
