#include "api/logs/filter_log_events.h"

#include "api/logs/errors.h"

namespace gatehouse::api::logs {

async::Task<wire::Outcome<FilterLogEventsResponse>> FilterLogEvents::handle(
    const Caller& caller, FilterLogEventsRequest request) const {
    auto group = group_of(caller.tenant, request.log_group_name, request.log_group_identifier);
    if (!group) co_return std::unexpected(std::move(group.error()));
    auto page = co_await access.run([&] {
        return store::filter_log_events(
            access.logs, caller.tenant,
            {.group = *group,
             .streams = std::move(request.log_stream_names).value_or(std::vector<std::string>()),
             .stream_prefix = request.log_stream_name_prefix.value_or(""),
             .start_time = request.start_time,
             .end_time = request.end_time,
             .filter_pattern = request.filter_pattern.value_or(""),
             .next_token = request.next_token.value_or(""),
             .limit = request.limit,
             .direction = request.start_from_head.value_or(true) ? store::Direction::Forward
                                                                 : store::Direction::Backward});
    });
    if (!page) co_return failure_of(page.error());
    FilterLogEventsResponse response{.events = std::vector<FilteredLogEvent>(),
                                     .searched_log_streams = std::vector<SearchedLogStream>()};
    for (auto& event : page->events) {
        response.events->push_back({.log_stream_name = std::move(event.stream),
                                    .timestamp = event.timestamp,
                                    .message = std::move(event.message),
                                    .ingestion_time = event.ingested,
                                    .event_id = std::move(event.event_id)});
    }
    if (!page->next_token.empty()) response.next_token = std::move(page->next_token);
    co_return response;
}

}  // namespace gatehouse::api::logs
