#include "api/logs/get_log_events.h"

#include "api/logs/errors.h"

namespace gatehouse::api::logs {

async::Task<wire::Outcome<GetLogEventsResponse>> GetLogEvents::handle(
    const Caller& caller, GetLogEventsRequest request) const {
    auto group = group_of(caller.tenant, request.log_group_name, request.log_group_identifier);
    if (!group) co_return std::unexpected(std::move(group.error()));
    auto page = co_await access.run([&] {
        return store::get_log_events(
            access.logs, caller.tenant,
            {.group = *group,
             .stream = request.log_stream_name,
             .start_time = request.start_time,
             .end_time = request.end_time,
             .next_token = request.next_token.value_or(""),
             .limit = request.limit,
             .start_from = request.start_from_head.value_or(false) ? store::Direction::Forward
                                                                   : store::Direction::Backward});
    });
    if (!page) co_return failure_of(page.error());
    GetLogEventsResponse response{.events = std::vector<OutputLogEvent>(),
                                  .next_forward_token = std::move(page->next_forward_token),
                                  .next_backward_token = std::move(page->next_backward_token)};
    for (auto& event : page->events) {
        response.events->push_back({.timestamp = event.timestamp,
                                    .message = std::move(event.message),
                                    .ingestion_time = event.ingested});
    }
    co_return response;
}

}  // namespace gatehouse::api::logs
