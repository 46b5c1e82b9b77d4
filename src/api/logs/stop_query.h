// StopQuery: ends a query that runs.
// Source: Amazon CloudWatch Logs API Reference, StopQuery.
#pragma once

#include "api/endpoint.h"
#include "api/logs/query_board.h"
#include "api/shapes/logs/stop_query.h"

namespace gatehouse::api::logs {

struct StopQuery {
    using Shape = StopQueryShape;

    QueryBoard& board;

    wire::Outcome<StopQueryResponse> handle(const Caller& caller, StopQueryRequest request) const;
};

}  // namespace gatehouse::api::logs
