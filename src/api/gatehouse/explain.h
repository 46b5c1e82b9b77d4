// Explain: everything that is known under a trace id. What was refused and why in one paragraph,
// the connection attempt's steps where it was one, and the log records.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/gatehouse/explain.h"
#include "async/worker_pool.h"
#include "logs/log_store.h"
#include "logs/trace.h"

namespace gatehouse::api::gatehouse {

struct Explain {
    using Shape = ExplainShape;

    const ::gatehouse::logs::TraceStore& traces;
    ::gatehouse::logs::LogStore& log;
    async::WorkerPool& workers;

    async::Task<Result<ExplainResponse>> handle(const Caller& caller, ExplainRequest request) const;
};

}  // namespace gatehouse::api::gatehouse
