#include "api/logs/describe_log_streams.h"

#include "api/logs/errors.h"

namespace gatehouse::api::logs {

async::Task<wire::Outcome<DescribeLogStreamsResponse>> DescribeLogStreams::handle(
    const Caller& caller, DescribeLogStreamsRequest request) const {
    auto group = group_of(caller.tenant, request.log_group_name, request.log_group_identifier);
    if (!group) co_return std::unexpected(std::move(group.error()));
    const bool by_time = request.order_by == OrderBy::LastEventTime;
    auto page = co_await access.run([&] {
        return store::describe_log_streams(
            access.logs, caller.tenant,
            {.group = *group,
             .prefix = request.log_stream_name_prefix.value_or(""),
             .order_by =
                 by_time ? store::StreamOrder::LastEventTime : store::StreamOrder::LogStreamName,
             .direction = request.descending.value_or(false) ? store::SortDirection::Descending
                                                             : store::SortDirection::Ascending,
             .next_token = request.next_token.value_or(""),
             .limit = request.limit});
    });
    if (!page) co_return failure_of(page.error());
    DescribeLogStreamsResponse response{.log_streams = std::vector<LogStream>()};
    for (const auto& stream : page->streams) {
        response.log_streams->push_back(
            {.log_stream_name = stream.name,
             .creation_time = stream.created,
             .first_event_timestamp = stream.first_event,
             .last_event_timestamp = stream.last_event,
             .last_ingestion_time = stream.last_ingestion,
             .arn = group_arn(caller.tenant, *group) + ":log-stream:" + stream.name,
             .stored_bytes = 0});  // AWS stopped counting per stream in 2019
    }
    if (!page->next_token.empty()) response.next_token = std::move(page->next_token);
    co_return response;
}

}  // namespace gatehouse::api::logs
