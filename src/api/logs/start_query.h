// StartQuery: begins an Insights query; its rows are fetched with GetQueryResults.
// Source: Amazon CloudWatch Logs API Reference, StartQuery.
#pragma once

#include "api/endpoint.h"
#include "api/logs/query_board.h"
#include "api/shapes/logs/start_query.h"

namespace gatehouse::api::logs {

struct StartQuery {
    using Shape = StartQueryShape;

    LogAccess access;
    QueryBoard& board;

    async::Task<wire::Outcome<StartQueryResponse>> handle(const Caller& caller,
                                                          StartQueryRequest request) const;
};

}  // namespace gatehouse::api::logs
