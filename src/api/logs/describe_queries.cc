#include "api/logs/describe_queries.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "api/shapes/logs/errors.h"

namespace gatehouse::api::logs {
namespace {

// The query after which a page begins, and when it was made: it may be forgotten by then.
struct Token {
    std::int64_t created = 0;
    std::string id;
};

// "CREATED ID"
std::optional<Token> read_token(std::string_view text) {
    Token token;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), token.created);
    if (parsed.ec != std::errc{} || parsed.ptr == text.data() + text.size()) return std::nullopt;
    if (*parsed.ptr != ' ') return std::nullopt;
    token.id = std::string(parsed.ptr + 1, text.data() + text.size());
    return token;
}

auto begin_after(const std::vector<QueryFacts>& queries, const Token& token) {
    const auto at = std::ranges::find(queries, token.id, &QueryFacts::id);
    if (at != queries.end()) return std::next(at);
    return std::ranges::find_if(queries,
                                [&](const QueryFacts& one) { return one.created < token.created; });
}

}  // namespace

wire::Outcome<DescribeQueriesResponse> DescribeQueries::handle(
    const Caller& caller, DescribeQueriesRequest request) const {
    DescribeQueriesResponse response{.queries = std::vector<QueryInfo>()};
    const auto limit = static_cast<std::size_t>(request.max_results.value_or(1'000));
    const auto queries = board.list(caller.tenant);
    auto at = queries.begin();
    if (request.next_token) {
        const auto after = read_token(*request.next_token);
        if (!after) {
            return wire::fail_as(errors::invalid_parameter_exception, "the nextToken is unknown");
        }
        at = begin_after(queries, *after);
    }
    for (; at != queries.end(); ++at) {
        const QueryFacts& query = *at;
        const auto status = status_of(query.status);
        if (request.status && *request.status != status) continue;
        const auto& wanted = request.log_group_name;
        if (wanted && std::ranges::find(query.groups, *wanted) == query.groups.end()) continue;
        if (response.queries->size() == limit) {
            response.next_token = fmt::format("{} {}", *response.queries->back().create_time,
                                              *response.queries->back().query_id);
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
