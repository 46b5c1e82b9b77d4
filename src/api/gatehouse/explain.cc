#include "api/gatehouse/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "api/gatehouse/trace_shapes.h"
#include "base/json.h"
#include "logs/log_requests.h"

namespace gatehouse::api::gatehouse {
namespace {

namespace logs = ::gatehouse::logs;

constexpr std::size_t records_max = 100;
// Each reads a bounded part of the group; together more than a group of the default size.
constexpr int pages_max = 16;

using Records = std::vector<LogRecord>;

// The service's own: anybody may have put records into the others. The group comes into being with
// the first record.
Result<std::vector<std::string>> event_streams(const logs::LogStore& log, const Tenant& tenant) {
    std::vector<std::string> names;
    const auto group = log.group(tenant, logs::iot_log_group);
    if (!group && group.error().kind == ErrorKind::NotFound) return names;
    if (!group) return fail(group.error());
    const auto streams = (*group)->streams();
    if (!streams) return fail(streams.error());
    for (const auto& [name, facts] : *streams) {
        if (logs::is_event_stream(name)) names.push_back(name);
    }
    return names;
}

// Oldest first. `since`: none before it matters.
Result<Records> records_of(logs::LogStore& log, const Tenant& tenant, const std::string& trace_id,
                           std::optional<WallTime> since) {
    log.flush();
    auto streams = event_streams(log, tenant);
    if (!streams) return fail(std::move(streams.error()));
    if (streams->empty()) return Records();
    logs::FilterLogEvents query{.group = logs::iot_log_group,
                                .streams = std::move(*streams),
                                .stream_prefix = "",
                                .start_time = std::nullopt,
                                .end_time = std::nullopt,
                                .filter_pattern = fmt::format("{{ $.traceId = \"{}\" }}", trace_id),
                                .next_token = "",
                                .limit = records_max,
                                .direction = logs::Direction::Backward};
    if (since) query.start_time = since->time_since_epoch().count();
    Records found;
    for (int page_number = 0; page_number < pages_max; ++page_number) {
        auto page = logs::filter_log_events(log, tenant, query);
        if (!page) return fail(std::move(page.error()));
        for (logs::LogEvent& event : page->events) {
            found.push_back({.timestamp = event.timestamp, .message = std::move(event.message)});
        }
        const bool over = found.size() >= records_max || (page->events.empty() && !found.empty());
        if (page->next_token.empty() || over) break;
        query.next_token = std::move(page->next_token);
    }
    std::ranges::reverse(found);
    return found;
}

std::string text_member(const json::object& object, std::string_view name) {
    const json::value* member = object.if_contains(name);
    if (member == nullptr) return "";
    if (member->is_string()) return std::string(member->get_string());
    // A policy's explanation is an object with its sentence inside.
    if (member->is_object()) return text_member(member->get_object(), "explanation");
    return "";
}

// Why one record is a refusal; empty when it is none.
std::string refusal_in(const LogRecord& record) {
    const auto parsed = parse_json(record.message.value_or(""), "the log record");
    if (!parsed || !parsed->is_object()) return "";
    const json::object& object = parsed->get_object();
    if (text_member(object, "status") != "Failure") return "";
    const std::string event = text_member(object, "eventType");
    for (const std::string_view name : {"explanation", "details", "reason"}) {
        const std::string why = text_member(object, name);
        if (!why.empty()) return fmt::format("refused at {}: {}", event, why);
    }
    return fmt::format("refused at {}; the log does not say why", event);
}

std::string explanation_of(const Records& records,
                           const std::optional<logs::ConnectionTrace>& trace) {
    for (const LogRecord& record : records) {
        std::string why = refusal_in(record);
        if (!why.empty()) return why;
    }
    if (!trace) return "nothing was refused under this trace id";
    const auto failed =
        std::ranges::find(trace->steps, logs::StepStatus::Failed, &logs::TraceStep::status);
    if (failed != trace->steps.end()) {
        return fmt::format("the connection attempt failed at {}: {}", name_of(failed->kind),
                           failed->detail);
    }
    return fmt::format("nothing was refused: the connection attempt is {}",
                       name_of(trace->outcome));
}

}  // namespace

async::Task<Result<ExplainResponse>> Explain::handle(const Caller& caller,
                                                     ExplainRequest request) const {
    std::optional<logs::ConnectionTrace> trace;
    if (auto found = traces.find({.tenant = caller.tenant, .trace_id = request.trace_id});
        !found.empty()) {
        trace = std::move(found.front());
    }
    const auto since = trace ? std::optional(trace->started) : std::nullopt;
    auto records = co_await workers.run(*async::EventLoop::current(), [&] {
        return records_of(log, caller.tenant, request.trace_id, since);
    });
    if (!records) co_return fail(std::move(records.error()));
    if (!trace && records->empty()) {
        co_return fail(ErrorKind::NotFound,
                       fmt::format("nothing is known under trace id {} in account {} and region "
                                   "{}; its log records may have been deleted by age or size",
                                   request.trace_id, caller.tenant.account.value(),
                                   caller.tenant.region.value()));
    }
    ExplainResponse response{.trace_id = request.trace_id,
                             .explanation = explanation_of(*records, trace),
                             .trace = std::nullopt,
                             .records = std::move(*records)};
    if (trace) response.trace = shape_of(std::move(*trace));
    co_return response;
}

}  // namespace gatehouse::api::gatehouse
