#include "api/logs/get_query_results.h"

#include "api/logs/errors.h"

namespace gatehouse::api::logs {

namespace {

GetQueryResultsResponse shape_of(const QueryFacts& query) {
    GetQueryResultsResponse response{.results = std::vector<std::vector<ResultField>>()};
    response.status = status_of(query.status);
    response.statistics =
        QueryStatistics{.records_matched = static_cast<double>(query.results->records_matched),
                        .records_scanned = static_cast<double>(query.results->records_scanned),
                        .bytes_scanned = static_cast<double>(query.results->bytes_scanned)};
    for (const auto& row : query.results->rows) {
        auto& shown = response.results->emplace_back();
        for (const auto& [field, value] : row) shown.push_back({.field = field, .value = value});
    }
    return response;
}

}  // namespace

async::Task<wire::Outcome<GetQueryResultsResponse>> GetQueryResults::handle(
    const Caller& caller, GetQueryResultsRequest request) const {
    const auto query = board.find(caller.tenant, request.query_id);
    if (!query) co_return failure_of(query.error());
    if (query->results->rows.empty()) co_return shape_of(*query);
    // Many rows take long to copy.
    auto response =
        co_await access.run([&]() -> Result<GetQueryResultsResponse> { return shape_of(*query); });
    if (!response) co_return failure_of(response.error());
    co_return std::move(*response);
}

}  // namespace gatehouse::api::logs
