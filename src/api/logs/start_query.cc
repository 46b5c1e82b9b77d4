#include "api/logs/start_query.h"

#include <fmt/format.h>

#include "api/logs/errors.h"
#include "api/shapes/logs/errors.h"

namespace gatehouse::api::logs {

wire::Outcome<StartQueryResponse> StartQuery::handle(const Caller& caller,
                                                     StartQueryRequest request) const {
    auto named = std::move(request.log_group_names).value_or(std::vector<std::string>());
    if (request.log_group_name) named.push_back(*request.log_group_name);
    for (const auto& identifier :
         request.log_group_identifiers.value_or(std::vector<std::string>())) {
        auto group = group_of({}, identifier);
        if (!group) return std::unexpected(std::move(group.error()));
        named.push_back(std::move(*group));
    }
    auto started =
        board.start({.tenant = caller.tenant,
                     .groups = std::move(named),
                     .text = std::move(request.query_string),
                     .start_time = request.start_time,
                     .end_time = request.end_time,
                     .rows_max = static_cast<std::size_t>(request.limit.value_or(10'000))});
    if (!started) {
        if (started.error().place.field != "queryString") return failure_of(started.error());
        const Place& place = started.error().place;
        return wire::fail_as(errors::malformed_query_exception,
                             fmt::format("{} at line {} and position {}", started.error().message,
                                         place.line, place.column));
    }
    return StartQueryResponse{.query_id = std::move(*started)};
}

}  // namespace gatehouse::api::logs
