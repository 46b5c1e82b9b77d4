// The CloudWatch Logs operations as plain functions: checked requests in, pages out, with AWS's
// limits, tokens and error sentences. The API module maps names and JSON.
//
// Error kinds and AWS's codes: NotFound ResourceNotFoundException, Conflict
// ResourceAlreadyExistsException, InvalidInput InvalidParameterException (ValidationException
// where the place's field is "validation"), LimitExceeded LimitExceededException.
//
// Source: Amazon CloudWatch Logs API Reference; texts as observed.
//
// Threads: any but a loop: they read the disk. Times are milliseconds since 1970.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/tenant.h"
#include "logs/log_store.h"
#include "logs/scan.h"

namespace gatehouse::logs {

struct DescribeLogGroups {
    std::string prefix;
    std::string pattern;  // a substring; not together with a prefix
    // Absent: any. Not together with a prefix or a pattern; what there is not, is left out.
    std::optional<std::vector<std::string>> names = {};
    std::string next_token;
    std::optional<std::int64_t> limit;           // 1-50, default 50
    std::optional<GroupClass> group_class = {};  // absent: any
};
struct LogGroupsPage {
    std::vector<GroupFacts> groups;
    std::string next_token;  // empty at the end
};
Result<LogGroupsPage> describe_log_groups(const LogStore& store, const Tenant& tenant,
                                          const DescribeLogGroups& request);

enum class StreamOrder : std::uint8_t { LogStreamName, LastEventTime };
enum class SortDirection : std::uint8_t { Ascending, Descending };
struct DescribeLogStreams {
    std::string group;
    std::string prefix;
    StreamOrder order_by = StreamOrder::LogStreamName;
    SortDirection direction = SortDirection::Ascending;
    std::string next_token;
    std::optional<std::int64_t> limit;  // 1-50, default 50
};
struct LogStreamFacts {
    std::string name;
    std::int64_t created = 0;
    // Empty for a stream without events.
    std::optional<std::int64_t> first_event;
    std::optional<std::int64_t> last_event;
    std::optional<std::int64_t> last_ingestion;
};
struct LogStreamsPage {
    std::vector<LogStreamFacts> streams;
    std::string next_token;
};
Result<LogStreamsPage> describe_log_streams(LogStore& store, const Tenant& tenant,
                                            const DescribeLogStreams& request);

struct GetLogEvents {
    std::string group;
    std::string stream;
    std::optional<std::int64_t> start_time;  // included
    std::optional<std::int64_t> end_time;    // not included
    std::string next_token;
    std::optional<std::int64_t> limit;  // 1-10000, default 10000
    // Without a token: from the oldest (Forward) or the latest page (Backward).
    Direction start_from = Direction::Backward;
};
struct LogEvent {
    std::string stream;
    std::string event_id;  // 56 digits, in order of time
    std::int64_t timestamp = 0;
    std::int64_t ingested = 0;
    std::string message;
};
struct LogEventsPage {
    std::vector<LogEvent> events;  // in order of time
    // Never empty; the one that was passed comes back when there is nothing further that way.
    std::string next_forward_token;
    std::string next_backward_token;
};
Result<LogEventsPage> get_log_events(LogStore& store, const Tenant& tenant,
                                     const GetLogEvents& request);

struct FilterLogEvents {
    std::string group;
    std::vector<std::string> streams;  // not together with a prefix
    std::string stream_prefix;
    std::optional<std::int64_t> start_time;  // included
    std::optional<std::int64_t> end_time;    // included too, unlike GetLogEvents
    std::string filter_pattern;
    std::string next_token;
    std::optional<std::int64_t> limit;  // 1-10000, default 10000
    Direction direction = Direction::Forward;
};
struct FilteredPage {
    std::vector<LogEvent> events;  // in the asked-for direction
    std::string next_token;        // empty at the end; an empty page may carry one
};
Result<FilteredPage> filter_log_events(LogStore& store, const Tenant& tenant,
                                       const FilterLogEvents& request);

// Index of the first or last event that was not taken.
struct RejectedEvents {
    std::optional<std::size_t> too_new_start;
    std::optional<std::size_t> too_old_end;
    std::optional<std::size_t> expired_end;
};
Result<RejectedEvents> put_log_events(LogStore& store, const Tenant& tenant, std::string_view group,
                                      std::string_view stream, std::span<const PutEvent> events);

Result<void> create_log_group(LogStore& store, const Tenant& tenant, std::string_view group,
                              ResourceTags tags = {},
                              GroupClass group_class = GroupClass::Standard);
Result<void> create_log_stream(LogStore& store, const Tenant& tenant, std::string_view group,
                               std::string_view stream);
// days: one of AWS's values; empty is DeleteRetentionPolicy.
Result<void> put_retention_policy(LogStore& store, const Tenant& tenant, std::string_view group,
                                  std::optional<std::int64_t> days);

}  // namespace gatehouse::logs
