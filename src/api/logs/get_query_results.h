// GetQueryResults: how far a query is, and its rows when it is complete.
// Source: Amazon CloudWatch Logs API Reference, GetQueryResults.
#pragma once

#include "api/endpoint.h"
#include "api/logs/query_board.h"
#include "api/shapes/logs/get_query_results.h"

namespace gatehouse::api::logs {

struct GetQueryResults {
    using Shape = GetQueryResultsShape;

    LogAccess access;
    QueryBoard& board;

    async::Task<wire::Outcome<GetQueryResultsResponse>> handle(
        const Caller& caller, GetQueryResultsRequest request) const;
};

}  // namespace gatehouse::api::logs
