// DescribeQueries: those that run or ended lately, the newest first.
// Source: Amazon CloudWatch Logs API Reference, DescribeQueries.
#pragma once

#include "api/endpoint.h"
#include "api/logs/query_board.h"
#include "api/shapes/logs/describe_queries.h"

namespace gatehouse::api::logs {

struct DescribeQueries {
    using Shape = DescribeQueriesShape;

    QueryBoard& board;

    wire::Outcome<DescribeQueriesResponse> handle(const Caller& caller,
                                                  DescribeQueriesRequest request) const;
};

}  // namespace gatehouse::api::logs
