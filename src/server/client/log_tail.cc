#include "server/client/log_tail.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <thread>

#include "server/client/answer.h"
#include "server/client/duration.h"
#include "server/client/event_line.h"
#include "server/client/session.h"

namespace gatehouse::server {
namespace {

constexpr auto follow_pause = std::chrono::milliseconds(400);
// A record may be written this much after a younger one, since each thread batches its own.
constexpr std::int64_t late_ms = 3000;

// Prints each record once, in the order of their times within one look.
class Printer {
public:
    Printer(const Invocation& invocation, const LogTail& tail)
        : out_(invocation.out),
          form_(tail.form),
          colour_(colour_of(invocation.out, invocation.environment)) {}

    void print_new(const json::value& page) {
        for (const json::value& event : elements_at(page, "/events")) {
            const std::int64_t timestamp = number_at(event, "/timestamp").value_or(0);
            if (!seen_.emplace(timestamp, text_at(event, "/eventId")).second) continue;
            newest_ = std::max(newest_, timestamp);
            const std::string message = text_at(event, "/message");
            print(out_, form_ == RecordForm::Json ? message + "\n"
                                                  : event_line(timestamp, message, colour_));
        }
    }
    // From when to look again; what is older is forgotten.
    std::int64_t look_again_from(std::int64_t began) {
        const std::int64_t from = std::max(began, newest_ - late_ms);
        seen_.erase(seen_.begin(), seen_.lower_bound({from, ""}));
        return from;
    }
    bool is_closed() const { return std::ferror(out_) != 0; }

private:
    std::FILE* const out_;
    const RecordForm form_;
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

// All pages from `from` on.
Answer<void> look(const ApiClient& client, const LogTail& tail, std::int64_t from,
                  Printer& printer) {
    json::object request{{"logGroupName", tail.group}, {"startTime", from}};
    if (!tail.filter.empty()) request["filterPattern"] = tail.filter;
    while (true) {
        const auto page = client.call_logs("FilterLogEvents", request);
        if (!page) return std::unexpected(page.error());
        printer.print_new(*page);
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
    const std::int64_t began = std::max<std::int64_t>(0, *now - tail.since.count());
    Printer printer(invocation, tail);
    bool said_absent = false;
    while (true) {
        const auto looked = look(client, tail, printer.look_again_from(began), printer);
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
        {"since", "SPAN", "How far to look back: 30s, 10m, 2h, 1d (10m)."},
        {"json", "", "The records as they are stored, one a line."},
    };
}

Result<LogTail> log_tail_of(const Arguments& arguments) {
    LogTail tail;
    if (const auto since = arguments.value("since")) {
        const auto span = parse_duration(*since);
        if (!span) return fail(span.error());
        tail.since = *span;
    }
    tail.filter = arguments.value("filter").value_or("");
    tail.follow = arguments.has("follow") ? Follow::Yes : Follow::No;
    tail.form = arguments.has("json") ? RecordForm::Json : RecordForm::Text;
    return tail;
}

}  // namespace gatehouse::server
