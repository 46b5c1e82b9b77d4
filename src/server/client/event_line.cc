#include "server/client/event_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "server/client/answer.h"

namespace gatehouse::server {
namespace {

std::string time_text(std::int64_t timestamp) {
    return format_log_time(WallTime(std::chrono::milliseconds(timestamp)));
}

// "client basicPubSub  topic test/topic  from 127.0.0.1:50000": what the event has of these.
std::string facts_of(const json::value& event) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 9> members{
        {{"client", "/clientId"},
         {"topic", "/topicName"},
         {"principal", "/principalId"},
         {"authorizer", "/authorizerName"},
         {"function", "/functionName"},
         {"rule", "/ruleName"},
         {"door", "/door"},
         {"ended", "/disconnectReason"},
         {"reason", "/reason"}}};
    std::string text;
    for (const auto& [word, pointer] : members) {
        const std::string value = text_at(event, pointer);
        if (!value.empty()) text += fmt::format("  {} {}", word, value);
    }
    if (const std::string address = text_at(event, "/sourceIp"); !address.empty()) {
        const auto port = number_at(event, "/sourcePort");
        text += fmt::format("  from {}{}", address, port ? fmt::format(":{}", *port) : "");
    }
    const auto took = event.as_object().if_contains("durationMs");
    if (took != nullptr && took->is_number()) {
        text += fmt::format("  in {:.1f} ms", took->to_number<double>());
        if (is_true_at(event, "/coldStart")) text += " (cold)";
    }
    return text;
}

// The reasons in words: the details, unless they say what AWS IoT always says, and the explanation
// or the policy's sentence.
std::vector<std::string> whys(const json::value& event) {
    std::vector<std::string> reasons;
    for (const std::string_view pointer :
         {"/details", "/explanation", "/explanation/explanation"}) {
        std::string text = text_at(event, pointer);
        if (text.empty() || std::ranges::find(reasons, text) != reasons.end()) continue;
        reasons.push_back(std::move(text));
    }
    if (reasons.size() > 1 && reasons.front() == "Authorization Failure") {
        reasons.erase(reasons.begin());
    }
    return reasons;
}

// A failure at level WARN is one that nobody was refused for.
std::string status_of(const json::value& event, Colour colour) {
    if (text_at(event, "/status") != "Failure") return painted("ok     ", Paint::Good, colour);
    if (text_at(event, "/logLevel") == "WARN") return painted("warning", Paint::Bad, colour);
    // What the server says of itself is no answer to anybody.
    const bool is_notice = text_at(event, "/eventType") == "Server.Notice";
    return painted(is_notice ? "failed " : "refused", Paint::Bad, colour);
}

// Each line but the first behind the indent.
std::string continued(std::string_view text, std::string_view indent) {
    std::string out;
    for (const char c : text) {
        out += c;
        if (c == '\n') out += indent;
    }
    return out;
}

}  // namespace

std::string output_line(std::int64_t timestamp, std::string_view message, Colour colour) {
    std::string text = printable(message);
    while (text.ends_with('\n')) text.pop_back();
    return fmt::format("{} {}\n", painted(time_text(timestamp), Paint::Faint, colour),
                       continued(text, "      "));
}

std::string event_line(std::int64_t timestamp, std::string_view message, Colour colour,
                       std::string_view told) {
    const std::string time = painted(time_text(timestamp), Paint::Faint, colour);
    const auto event = parse_json(message, "the log record");
    if (!event || !event->is_object() || text_at(*event, "/eventType").empty()) {
        return output_line(timestamp, message, colour);
    }
    const bool failed = text_at(*event, "/status") == "Failure";
    std::string line = fmt::format("{} {} {:<22}{}\n", time, status_of(*event, colour),
                                   printable_line(text_at(*event, "/eventType")),
                                   printable_line(facts_of(*event)));
    for (const std::string& reason : whys(*event)) {
        if (!told.contains(reason))
            line += "      " + continued(printable(reason), "      ") + "\n";
    }
    const std::string trace_id = text_at(*event, "/traceId");
    if (failed && !trace_id.empty() && told.empty()) {
        line += painted(fmt::format("      more: gatehouse explain {}\n", printable_line(trace_id)),
                        Paint::Faint, colour);
    }
    return line;
}

}  // namespace gatehouse::server
