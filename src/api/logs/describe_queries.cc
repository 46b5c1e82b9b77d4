#include "api/logs/describe_queries.h"

#include <algorithm>

namespace gatehouse::api::logs {

wire::Outcome<DescribeQueriesResponse> DescribeQueries::handle(
    const Caller& caller, DescribeQueriesRequest request) const {
    DescribeQueriesResponse response{.queries = std::vector<QueryInfo>()};
    const auto limit = static_cast<std::size_t>(request.max_results.value_or(1'000));
    // The token is the query after which the page begins.
    bool has_begun = !request.next_token;
    for (const auto& query : board.list(caller.tenant)) {
        const bool begins_here = has_begun;
        has_begun = has_begun || query.id == request.next_token;
        if (!begins_here) continue;
        const auto status = status_of(query.status);
        if (request.status && *request.status != status) continue;
        const auto& wanted = request.log_group_name;
        if (wanted && std::ranges::find(query.groups, *wanted) == query.groups.end()) continue;
        if (response.queries->size() == limit) {
            response.next_token = *response.queries->back().query_id;
            break;
        }
        response.queries->push_back({.query_id = query.id,
                                     .query_string = query.text,
                                     .status = status,
                                     .create_time = query.created,
                                     .log_group_name = query.groups.front()});
    }
    return response;
}

}  // namespace gatehouse::api::logs
