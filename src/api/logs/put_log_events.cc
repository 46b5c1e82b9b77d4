#include "api/logs/put_log_events.h"

#include "api/logs/errors.h"

namespace gatehouse::api::logs {

async::Task<wire::Outcome<PutLogEventsResponse>> PutLogEvents::handle(
    const Caller& caller, PutLogEventsRequest request) const {
    std::vector<store::PutEvent> events;
    events.reserve(request.log_events.size());
    for (const auto& event : request.log_events) {
        events.push_back({event.timestamp, event.message});
    }
    const auto rejected = co_await access.run([&] {
        return store::put_log_events(access.logs, caller.tenant, request.log_group_name,
                                     request.log_stream_name, events);
    });
    if (!rejected) co_return failure_of(rejected.error());
    // Old clients want a token to send with the next events.
    PutLogEventsResponse response{.next_sequence_token = "1"};
    const auto index = [](std::size_t i) { return static_cast<std::int32_t>(i); };
    if (rejected->too_new_start || rejected->too_old_end || rejected->expired_end) {
        response.rejected_log_events_info = RejectedLogEventsInfo{
            .too_new_log_event_start_index = rejected->too_new_start.transform(index),
            .too_old_log_event_end_index = rejected->too_old_end.transform(index),
            .expired_log_event_end_index = rejected->expired_end.transform(index)};
    }
    co_return response;
}

}  // namespace gatehouse::api::logs
