#include "logs/log_requests.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/encoding.h"

namespace gatehouse::logs {
namespace {

constexpr std::int64_t describe_limit = 50;
constexpr std::int64_t events_limit = 10'000;
constexpr std::int64_t day_ms = 86'400'000;

std::unexpected<Error> invalid(std::string message) {
    return fail(ErrorKind::InvalidInput, std::move(message));
}
std::unexpected<Error> invalid_shape(std::string message) {
    return fail(ErrorKind::InvalidInput, std::move(message), {"validation", 0, 0});
}
std::unexpected<Error> invalid_token() {
    return invalid("The specified nextToken is invalid.");
}

Result<std::size_t> checked_limit(std::optional<std::int64_t> limit, std::int64_t most) {
    const std::int64_t value = limit.value_or(most);
    if (value >= 1 && value <= most) return static_cast<std::size_t>(value);
    return invalid_shape(fmt::format(
        "1 validation error detected: Value '{}' at 'limit' failed to satisfy constraint: Member "
        "must have value {} than or equal to {}",
        value, value < 1 ? "greater" : "less", value < 1 ? 1 : most));
}

Result<void> checked_group_name(std::string_view name) {
    if (is_group_name(name)) return {};
    return invalid_shape(fmt::format(
        "1 validation error detected: Value '{}' at 'logGroupName' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+",
        name.substr(0, 512)));
}

Result<void> checked_stream_name(std::string_view name) {
    if (is_stream_name(name)) return {};
    return invalid_shape(fmt::format(
        "1 validation error detected: Value '{}' at 'logStreamName' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: [^:*]*",
        is_utf8(name) ? name.substr(0, 512) : "(not UTF-8)"));
}

// Pages of named things go on after a name, which the token holds.
std::string name_token(std::string_view last) {
    return to_hex(bytes_of(last));
}
Result<std::string> name_of_token(const std::string& token) {
    if (token.empty()) return std::string();
    const auto bytes = from_hex(token);
    if (!bytes || bytes->empty()) return invalid_token();
    return std::string(text_of(*bytes));
}

// Where a page of streams ends: its last stream's name and, since streams may be in the order of
// their last events, that event's time. What comes behind is found when that stream is gone, too.
std::string stream_token(const LogStreamFacts& last) {
    const std::string time = last.last_event ? std::to_string(*last.last_event) : "";
    return name_token(fmt::format("{}:{}", time, last.name));
}
Result<LogStreamFacts> stream_of_token(const std::string& token) {
    const auto text = name_of_token(token);
    if (!text) return fail(text.error());
    const auto colon = text->find(':');  // which no stream's name has
    if (colon == text->npos) return invalid_token();
    LogStreamFacts last{.name = text->substr(colon + 1)};
    if (colon == 0) return last;
    std::int64_t time = 0;
    const char* const end = text->data() + colon;
    const auto read = std::from_chars(text->data(), end, time);
    if (read.ec != std::errc() || read.ptr != end) return invalid_token();
    last.last_event = time;
    return last;
}

// 20 digits of time and 36 of the sequence number.
constexpr std::size_t time_digits = 20;
constexpr std::size_t sequence_digits = 36;
std::string digits_of(const Position& at) {
    return fmt::format("{:020}{:036}", std::max<std::int64_t>(at.time, 0), at.sequence);
}
std::optional<Position> position_of(std::string_view digits) {
    if (digits.size() != time_digits + sequence_digits) return std::nullopt;
    Position at;
    const char* middle = digits.data() + time_digits;
    const char* end = digits.data() + digits.size();
    const auto time = std::from_chars(digits.data(), middle, at.time);
    const auto sequence = std::from_chars(middle, end, at.sequence);
    if (time.ec != std::errc() || time.ptr != middle || at.time < 0) return std::nullopt;
    if (sequence.ec != std::errc() || sequence.ptr != end) return std::nullopt;
    return at;
}

std::string forward_token(const Position& at) {
    return fmt::format("f/{}/s", digits_of(at));
}
std::string backward_token(const Position& at) {
    return fmt::format("b/{}/s", digits_of(at));
}

constexpr Position begin_of_time{0, 0};
constexpr Position end_of_time{INT64_MAX, UINT64_MAX};

LogEvent to_event(FoundRecord&& record) {
    return {std::move(record.stream), digits_of(record.at), record.at.time, record.ingested,
            std::move(record.message)};
}

// Records older than the retention are gone, whether their segment is or not.
std::int64_t oldest_visible(const LogStore& store, const Group& group) {
    const auto days = group.retention_days();
    if (!days) return 0;
    return store.clock().wall_now().time_since_epoch().count() - *days * day_ms;
}

bool is_retention(std::int64_t days) {
    constexpr std::array<std::int64_t, 22> allowed = {1,    3,    5,    7,    14,   30,  60,  90,
                                                      120,  150,  180,  365,  400,  545, 731, 1096,
                                                      1827, 2192, 2557, 2922, 3288, 3653};
    return std::ranges::find(allowed, days) != allowed.end();
}

LogStreamFacts stream_facts(const std::string& name, const StreamFacts& facts) {
    LogStreamFacts out{.name = name, .created = facts.created};
    if (!facts.times.empty()) {
        out.first_event = facts.times.first;
        out.last_event = facts.times.last;
        out.last_ingestion = facts.last_ingested;
    }
    return out;
}

bool comes_before(const LogStreamFacts& a, const LogStreamFacts& b, StreamOrder order) {
    if (order == StreamOrder::LastEventTime && a.last_event != b.last_event) {
        return a.last_event < b.last_event;
    }
    return a.name < b.name;
}

// NotFound unless the group has each of them.
Result<void> check_streams(Group& group, const std::vector<std::string>& names) {
    if (names.empty()) return {};
    const auto streams = group.streams();
    if (!streams) return fail(streams.error());
    for (const std::string& name : names) {
        if (!streams->contains(name)) {
            return fail(ErrorKind::NotFound, "The specified log stream does not exist.");
        }
    }
    return {};
}

// The times a GetLogEvents asks for, both ends included.
TimeSpan times_of(const GetLogEvents& request, std::int64_t oldest) {
    return {std::max(request.start_time.value_or(0), oldest),
            request.end_time ? *request.end_time - 1 : INT64_MAX};
}

}  // namespace

Result<LogGroupsPage> describe_log_groups(const LogStore& store, const Tenant& tenant,
                                          const DescribeLogGroups& request) {
    if (!request.prefix.empty() && !request.pattern.empty()) {
        return invalid(
            "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.");
    }
    if (request.names && !(request.prefix.empty() && request.pattern.empty())) {
        return invalid(
            "logGroupIdentifiers and a LogGroup name prefix or pattern are mutually exclusive "
            "parameters.");
    }
    const auto limit = checked_limit(request.limit, describe_limit);
    if (!limit) return fail(limit.error());
    const auto after = name_of_token(request.next_token);
    if (!after) return fail(after.error());
    LogGroupsPage page;
    for (const auto& group : store.groups(tenant)) {
        const std::string& name = group->name();
        if (!request.next_token.empty() && name <= *after) continue;
        if (!name.starts_with(request.prefix) || name.find(request.pattern) == name.npos) continue;
        if (request.names && std::ranges::count(*request.names, name) == 0) continue;
        auto facts = group->facts();
        const bool is_wanted =
            facts && (!request.group_class || facts->group_class == *request.group_class);
        if (!is_wanted) continue;
        if (page.groups.size() == *limit) {
            page.next_token = name_token(page.groups.back().name);
            break;
        }
        page.groups.push_back(std::move(*facts));
    }
    return page;
}

Result<LogStreamsPage> describe_log_streams(LogStore& store, const Tenant& tenant,
                                            const DescribeLogStreams& request) {
    if (!request.prefix.empty() && request.order_by == StreamOrder::LastEventTime) {
        return invalid("Cannot order by LastEventTime with a logStreamNamePrefix.");
    }
    const auto limit = checked_limit(request.limit, describe_limit);
    if (!limit) return fail(limit.error());
    std::optional<LogStreamFacts> after;
    if (!request.next_token.empty()) {
        auto read = stream_of_token(request.next_token);
        if (!read) return fail(read.error());
        after = std::move(*read);
    }
    store.flush();
    const auto group = store.group(tenant, request.group);
    if (!group) return fail(group.error());
    const auto streams = (*group)->streams();
    if (!streams) return fail(streams.error());
    std::vector<LogStreamFacts> all;
    for (const auto& [name, facts] : *streams) {
        if (name.starts_with(request.prefix)) all.push_back(stream_facts(name, facts));
    }
    const auto in_order = [&](const LogStreamFacts& a, const LogStreamFacts& b) {
        return request.direction == SortDirection::Ascending ? comes_before(a, b, request.order_by)
                                                             : comes_before(b, a, request.order_by);
    };
    std::ranges::sort(all, in_order);
    auto first = after ? std::ranges::upper_bound(all, *after, in_order) : all.begin();
    LogStreamsPage page;
    for (; first != all.end(); ++first) {
        if (page.streams.size() == *limit) {
            page.next_token = stream_token(page.streams.back());
            break;
        }
        page.streams.push_back(std::move(*first));
    }
    return page;
}

Result<LogEventsPage> get_log_events(LogStore& store, const Tenant& tenant,
                                     const GetLogEvents& request) {
    const auto limit = checked_limit(request.limit, events_limit);
    if (!limit) return fail(limit.error());
    ScanQuery query;
    query.direction = request.start_from;
    query.from = query.direction == Direction::Forward ? begin_of_time : end_of_time;
    if (!request.next_token.empty()) {
        const std::string_view token = request.next_token;
        const bool shaped = token.size() > 4 && token.ends_with("/s") &&
                            (token.starts_with("f/") || token.starts_with("b/"));
        const auto at = shaped ? position_of(token.substr(2, token.size() - 4)) : std::nullopt;
        if (!at) return invalid_token();
        query.direction = token[0] == 'f' ? Direction::Forward : Direction::Backward;
        query.from = *at;
    }
    store.flush();
    const auto group = store.group(tenant, request.group);
    if (!group) return fail(group.error());
    if (auto there = check_streams(**group, {request.stream}); !there) return fail(there.error());
    const auto snapshot = (*group)->snapshot();
    if (!snapshot) return fail(snapshot.error());
    query.times = times_of(request, oldest_visible(store, **group));
    query.streams = {request.stream};
    query.records_max = *limit;
    // A page is full or final: clients take an unchanged token for the end.
    query.scanned_max = UINT64_MAX;
    ScanResult found = scan(*snapshot, query);
    LogEventsPage page;
    Position first = query.from;
    Position behind = query.from;
    if (found.records.empty() && request.next_token.empty()) {
        // Whatever comes is news to a reader who has seen an empty stream.
        first = begin_of_time;
        behind = begin_of_time;
    }
    if (!found.records.empty()) {
        if (query.direction == Direction::Backward) std::ranges::reverse(found.records);
        first = found.records.front().at;
        behind = found.records.back().at;
        ++behind.sequence;
    }
    page.next_forward_token = forward_token(behind);
    page.next_backward_token = backward_token(first);
    for (FoundRecord& record : found.records) page.events.push_back(to_event(std::move(record)));
    return page;
}

Result<FilteredPage> filter_log_events(LogStore& store, const Tenant& tenant,
                                       const FilterLogEvents& request) {
    if (!request.streams.empty() && !request.stream_prefix.empty()) {
        return invalid("LogStreamNames and LogStreamNamePrefix are mutually exclusive parameters.");
    }
    const auto limit = checked_limit(request.limit, events_limit);
    if (!limit) return fail(limit.error());
    const auto pattern = FilterPattern::parse(request.filter_pattern);
    if (!pattern) return fail(pattern.error());
    ScanQuery query;
    query.direction = request.direction;
    query.from = query.direction == Direction::Forward ? begin_of_time : end_of_time;
    if (!request.next_token.empty()) {
        const auto at = position_of(request.next_token);
        if (!at) return invalid_token();
        query.from = *at;
    }
    store.flush();
    const auto group = store.group(tenant, request.group);
    if (!group) return fail(group.error());
    if (auto there = check_streams(**group, request.streams); !there) return fail(there.error());
    const auto snapshot = (*group)->snapshot();
    if (!snapshot) return fail(snapshot.error());
    query.times = {std::max(request.start_time.value_or(0), oldest_visible(store, **group)),
                   request.end_time.value_or(INT64_MAX)};
    query.pattern = pattern->matches_everything() ? nullptr : &*pattern;
    query.streams = request.streams;
    query.stream_prefix = request.stream_prefix;
    query.records_max = *limit;
    ScanResult found = scan(*snapshot, query);
    FilteredPage page;
    for (FoundRecord& record : found.records) page.events.push_back(to_event(std::move(record)));
    if (found.rest) page.next_token = digits_of(*found.rest);
    return page;
}

Result<RejectedEvents> put_log_events(LogStore& store, const Tenant& tenant, std::string_view group,
                                      std::string_view stream, std::span<const PutEvent> events) {
    constexpr std::size_t request_bytes_max = 1'048'576;
    constexpr std::size_t event_overhead = 26;
    if (events.empty() || events.size() > static_cast<std::size_t>(events_limit)) {
        return invalid_shape(
            "1 validation error detected: Value at 'logEvents' failed to satisfy constraint: "
            "Member must have length between 1 and 10000");
    }
    std::size_t bytes = 0;
    for (const PutEvent& event : events) bytes += event.message.size() + event_overhead;
    if (bytes > request_bytes_max) {
        return invalid(fmt::format("Upload too large: {} bytes exceeds limit of {}", bytes,
                                   request_bytes_max));
    }
    if (!std::ranges::is_sorted(events, {}, &PutEvent::timestamp)) {
        return invalid(
            "Log events in a single PutLogEvents request must be in chronological order.");
    }
    if (events.back().timestamp - events.front().timestamp > day_ms) {
        return invalid(
            "The batch of log events in a single PutLogEvents request cannot span more than 24 "
            "hours.");
    }
    const auto found = store.group(tenant, group);
    if (!found) return fail(found.error());
    if (group == iot_log_group && is_event_stream(stream)) {
        return invalid(
            fmt::format("The log stream {} of {} is written by the service alone.", stream, group));
    }
    const std::int64_t now = store.clock().wall_now().time_since_epoch().count();
    const std::int64_t oldest = now - 14 * day_ms;
    const std::int64_t newest = now + 2 * 3'600'000;
    const std::int64_t expired = oldest_visible(store, **found);
    const auto begin_at = [&](std::int64_t time) {
        return static_cast<std::size_t>(
            std::ranges::lower_bound(events, time, {}, &PutEvent::timestamp) - events.begin());
    };
    RejectedEvents rejected;
    const std::size_t first = begin_at(std::max(oldest, expired));
    const std::size_t end = std::max(first, begin_at(newest + 1));
    if (const auto count = begin_at(oldest); count > 0) rejected.too_old_end = count - 1;
    if (const auto count = begin_at(expired); count > 0) rejected.expired_end = count - 1;
    if (end < events.size()) rejected.too_new_start = end;
    const auto put = store.put_events(tenant, group, stream, events.subspan(first, end - first));
    if (!put) return fail(put.error());
    return rejected;
}

Result<void> create_log_group(LogStore& store, const Tenant& tenant, std::string_view group,
                              ResourceTags tags, GroupClass group_class) {
    if (auto named = checked_group_name(group); !named) return named;
    return store.create_group(tenant, group, std::move(tags), group_class);
}

Result<void> create_log_stream(LogStore& store, const Tenant& tenant, std::string_view group,
                               std::string_view stream) {
    if (auto named = checked_stream_name(stream); !named) return named;
    return store.create_stream(tenant, group, stream);
}

Result<void> put_retention_policy(LogStore& store, const Tenant& tenant, std::string_view group,
                                  std::optional<std::int64_t> days) {
    if (days && !is_retention(*days)) {
        return invalid(
            fmt::format("Invalid retention value: {}. Valid values are: [1, 3, 5, 7, "
                        "14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, "
                        "2192, 2557, 2922, 3288, 3653]",
                        *days));
    }
    return store.set_retention(tenant, group,
                               days ? std::optional<int>(static_cast<int>(*days)) : std::nullopt);
}

}  // namespace gatehouse::logs
