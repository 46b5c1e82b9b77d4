#include "api/logs/start_query.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/logs/errors.h"
#include "api/shapes/logs/errors.h"

namespace gatehouse::api::logs {

namespace {

// Each once; the request names them in exactly one of three ways.
wire::Outcome<std::vector<std::string>> groups_of(const Tenant& tenant,
                                                  StartQueryRequest& request) {
    const int ways = int{request.log_group_name.has_value()} +
                     int{request.log_group_names.has_value()} +
                     int{request.log_group_identifiers.has_value()};
    if (ways != 1) {
        return wire::fail_as(errors::invalid_parameter_exception,
                             "exactly one of logGroupName, logGroupNames and logGroupIdentifiers "
                             "must be given");
    }
    std::vector<std::string> groups;
    const auto add = [&](std::string group) {
        if (std::ranges::find(groups, group) == groups.end()) groups.push_back(std::move(group));
    };
    if (request.log_group_name) add(std::move(*request.log_group_name));
    if (request.log_group_names) {
        for (std::string& name : *request.log_group_names) add(std::move(name));
    }
    if (request.log_group_identifiers) {
        for (const std::string& identifier : *request.log_group_identifiers) {
            auto group = group_of(tenant, {}, identifier);
            if (!group) return std::unexpected(std::move(group.error()));
            add(std::move(*group));
        }
    }
    return groups;
}

}  // namespace

async::Task<wire::Outcome<StartQueryResponse>> StartQuery::handle(const Caller& caller,
                                                                  StartQueryRequest request) const {
    auto groups = groups_of(caller.tenant, request);
    if (!groups) co_return std::unexpected(std::move(groups.error()));
    QueryRequest query{.tenant = caller.tenant,
                       .groups = std::move(*groups),
                       .text = std::move(request.query_string),
                       .start_time = request.start_time,
                       .end_time = request.end_time,
                       .rows_max = static_cast<std::size_t>(request.limit.value_or(10'000))};
    const auto started = co_await access.run([&] { return board.start(std::move(query)); });
    if (!started) {
        if (started.error().place.field != "queryString") co_return failure_of(started.error());
        const Place& place = started.error().place;
        co_return wire::fail_as(errors::malformed_query_exception,
                                fmt::format("{} at line {} and position {}",
                                            started.error().message, place.line, place.column));
    }
    co_return StartQueryResponse{.query_id = *started};
}

}  // namespace gatehouse::api::logs
