#include "server/client/log_tail.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <span>
#include <thread>

#include "logs/event_sink.h"
#include "server/client/answer.h"
#include "server/client/duration.h"
#include "server/client/event_line.h"
#include "server/client/session.h"
#include "server/device/connect_flags.h"

namespace gatehouse::server {
namespace {

constexpr auto follow_pause = std::chrono::milliseconds(400);
// A record may be written this much after a younger one, since each thread batches its own.
constexpr std::int64_t late_ms = 3000;
// FilterLogEvents' own bound.
constexpr std::size_t page_max = 10'000;
// They are held in memory until the first of them is known.
constexpr std::size_t lines_max = 100'000;

// Prints each record once, in the order of their times within one look.
class Printer {
public:
    Printer(const Invocation& invocation, const LogTail& tail, std::int64_t first)
        : out_(invocation.out),
          first_(first),
          form_(tail.form),
          is_iot_group_(tail.group == logs::iot_log_group),
          colour_(colour_of(invocation.out, invocation.environment)) {}

    void print_new(std::span<const json::value> events) {
        for (const json::value& event : events) {
            const std::int64_t timestamp = number_at(event, "/timestamp").value_or(0);
            if (!seen_.emplace(timestamp, text_at(event, "/eventId")).second) continue;
            newest_ = std::max(newest_, timestamp);
            const std::string message = text_at(event, "/message");
            if (form_ == RecordForm::Json) {
                print(out_, message + "\n");
                continue;
            }
            print(out_, line_of(timestamp, message, text_at(event, "/logStreamName")));
        }
    }
    // Older ones are never printed.
    void begin_after(std::int64_t timestamp) { first_ = std::max(first_, timestamp + 1); }
    // From when to look again; what is older is forgotten.
    std::int64_t look_again_from() {
        const std::int64_t from = std::max(first_, newest_ - late_ms);
        seen_.erase(seen_.begin(), seen_.lower_bound({from, ""}));
        return from;
    }
    bool is_closed() const { return std::ferror(out_) != 0; }

private:
    std::string line_of(std::int64_t timestamp, const std::string& message,
                        const std::string& stream) const {
        if (!is_iot_group_) return output_line(timestamp, message, colour_);
        if (logs::is_event_stream(stream)) return event_line(timestamp, message, colour_);
        // Others wrote it: not even a text in the form of this output passes for a record.
        return output_line(timestamp, fmt::format("[{}] {}", stream, message), colour_);
    }

    std::FILE* const out_;
    std::int64_t first_;
    const RecordForm form_;
    const bool is_iot_group_;
    const Colour colour_;
    std::set<std::pair<std::int64_t, std::string>> seen_;
    std::int64_t newest_ = 0;
};

// The server's own time, which `--clock manual` may have moved.
Answer<std::int64_t> server_time_ms(const ApiClient& client) {
    auto status = client.call({.service = "gatehouse", .path = "/gatehouse/v1/status"});
    if (!status) return std::unexpected(std::move(status.error()));
    const json::value* time = status->as_object().if_contains("time");
    if (time == nullptr || !time->is_number()) return 0;
    return static_cast<std::int64_t>(time->to_number<double>() * 1000);
}

json::object request_for(const LogTail& tail, std::int64_t from) {
    json::object request{{"logGroupName", tail.group}, {"startTime", from}};
    if (!tail.filter.empty()) request["filterPattern"] = tail.filter;
    return request;
}

// The latest `lines`, without reading what was before them, however much that is.
Answer<void> look_back(const ApiClient& client, const LogTail& tail, std::size_t lines,
                       Printer& printer) {
    json::object request = request_for(tail, printer.look_again_from());
    request["startFromHead"] = false;
    std::vector<json::value> latest_first;
    while (latest_first.size() < lines) {
        request["limit"] = std::min(lines - latest_first.size(), page_max);
        const auto page = client.call_logs("FilterLogEvents", request);
        if (!page) return std::unexpected(page.error());
        const auto events = elements_at(*page, "/events");
        latest_first.insert(latest_first.end(), events.begin(), events.end());
        const std::string next = text_at(*page, "/nextToken");
        if (next.empty()) break;
        request["nextToken"] = next;
    }
    std::ranges::reverse(latest_first);
    printer.print_new(latest_first);
    if (latest_first.size() >= lines) {
        printer.begin_after(number_at(latest_first.front(), "/timestamp").value_or(0));
    }
    return {};
}

// All pages that may hold something new.
Answer<void> look(const ApiClient& client, const LogTail& tail, Printer& printer) {
    json::object request = request_for(tail, printer.look_again_from());
    while (true) {
        const auto page = client.call_logs("FilterLogEvents", request);
        if (!page) return std::unexpected(page.error());
        printer.print_new(elements_at(*page, "/events"));
        const std::string next = text_at(*page, "/nextToken");
        if (next.empty() || printer.is_closed()) return {};
        request["nextToken"] = next;
    }
}

ApiError explained(ApiError error, const ApiClient& client, const LogTail& tail) {
    if (!tail.when_absent.empty()) {
        error.error.message = tail.when_absent;
        return error;
    }
    const auto names = log_group_names(client);
    error.error.message = fmt::format("there is no log group {}", tail.group);
    return with_known_names(std::move(error), tail.group,
                            names.value_or(std::vector<std::string>()));
}

}  // namespace

Answer<std::vector<std::string>> log_group_names(const ApiClient& client) {
    std::vector<std::string> names;
    json::object request;
    while (true) {
        const auto page = client.call_logs("DescribeLogGroups", request);
        if (!page) return std::unexpected(page.error());
        for (const json::value& group : elements_at(*page, "/logGroups")) {
            names.push_back(text_at(group, "/logGroupName"));
        }
        const std::string next = text_at(*page, "/nextToken");
        if (next.empty()) return names;
        request["nextToken"] = next;
    }
}

Exit tail_log(const Invocation& invocation, const ApiClient& client, const LogTail& tail) {
    const auto now = server_time_ms(client);
    if (!now) return report(invocation, now.error());
    Printer printer(invocation, tail,
                    tail.since ? std::max<std::int64_t>(0, *now - tail.since->count()) : 0);
    bool said_absent = false;
    std::optional<std::size_t> lines = tail.lines;  // until they were shown
    while (true) {
        const auto looked =
            lines ? look_back(client, tail, *lines, printer) : look(client, tail, printer);
        if (looked) lines.reset();
        const bool absent = !looked && looked.error().error.kind == ErrorKind::NotFound;
        if (!looked && (!absent || tail.follow == Follow::No)) {
            return report(invocation,
                          absent ? explained(looked.error(), client, tail) : looked.error());
        }
        if (absent && !said_absent) {
            print(invocation.err, fmt::format("{}: waiting for log group {} to come into being\n",
                                              invocation.words, tail.group));
            said_absent = true;
        }
        if (tail.follow == Follow::No || printer.is_closed()) return Exit::Done;
        std::this_thread::sleep_for(follow_pause);
    }
}

std::vector<Flag> log_tail_flags() {
    return {
        {"follow", "", "Go on printing what comes, until Ctrl-C."},
        {"filter", "PATTERN",
         "Only records that match a filter pattern of CloudWatch Logs, such as "
         "'{ $.status = \"Failure\" }' or a word."},
        {"lines", "N",
         "At most as many of the latest records, before those that --follow prints (100; all of "
         "them with --since)."},
        {"since", "SPAN",
         "How far to look back: 30s, 10m, 2h, 1d (10m; as far as there are records with --lines)."},
        {"json", "", "The records as they are stored, one a line."},
    };
}

Result<LogTail> log_tail_of(const Arguments& arguments) {
    LogTail tail;
    const auto since = arguments.value("since");
    const auto lines = arguments.value("lines");
    if (since) {
        const auto span = parse_duration(*since);
        if (!span) return fail(span.error());
        tail.since = *span;
        tail.lines.reset();
    }
    if (lines) {
        const auto count = device::parse_count("--lines", *lines);
        if (!count) return fail(count.error());
        if (*count > lines_max) {
            return fail(ErrorKind::InvalidInput,
                        fmt::format("--lines {}: {} at most; --since shows all of a time", *lines,
                                    lines_max));
        }
        tail.lines = static_cast<std::size_t>(*count);
        if (!since) tail.since.reset();
    }
    tail.filter = arguments.value("filter").value_or("");
    tail.follow = arguments.has("follow") ? Follow::Yes : Follow::No;
    tail.form = arguments.has("json") ? RecordForm::Json : RecordForm::Text;
    return tail;
}

}  // namespace gatehouse::server
