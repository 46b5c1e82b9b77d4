#include "api/logs/get_query_results.h"

#include "api/logs/errors.h"

namespace gatehouse::api::logs {

wire::Outcome<GetQueryResultsResponse> GetQueryResults::handle(
    const Caller& caller, GetQueryResultsRequest request) const {
    auto query = board.find(caller.tenant, request.query_id);
    if (!query) return failure_of(query.error());
    GetQueryResultsResponse response{.results = std::vector<std::vector<ResultField>>()};
    response.status = status_of(query->status);
    response.statistics =
        QueryStatistics{.records_matched = static_cast<double>(query->results->records_matched),
                        .records_scanned = static_cast<double>(query->results->records_scanned),
                        .bytes_scanned = static_cast<double>(query->results->bytes_scanned)};
    for (const auto& row : query->results->rows) {
        auto& shown = response.results->emplace_back();
        for (const auto& [field, value] : row) shown.push_back({.field = field, .value = value});
    }
    return response;
}

}  // namespace gatehouse::api::logs
