#include "server/client/trace_text.h"

#include <fmt/format.h>

#include "base/clock.h"
#include "server/client/answer.h"

namespace gatehouse::server {
namespace {

std::string outcome_text(const json::value& trace, Colour colour) {
    const std::string outcome = text_at(trace, "/outcome");
    if (outcome == "refused") return painted(outcome, Paint::Bad, colour);
    if (outcome == "accepted") return painted(outcome, Paint::Good, colour);
    return outcome;
}

std::string heading(const json::value& trace, Colour colour) {
    const std::string client = text_at(trace, "/clientId");
    std::string time;
    // Seconds since 1970 with a fraction, as REST-JSON writes times.
    if (const auto* started = trace.as_object().if_contains("startedAt");
        started != nullptr && started->is_number()) {
        const auto ms = static_cast<std::int64_t>(started->to_number<double>() * 1000 + 0.5);
        time = format_log_time(WallTime(std::chrono::milliseconds(ms))) + "  ";
    }
    return fmt::format("{}client {}  from {}  {}\n  trace {}\n", time,
                       client.empty() ? "(not known)" : printable_line(client),
                       printable_line(text_at(trace, "/source")), outcome_text(trace, colour),
                       text_at(trace, "/traceId"));
}

std::string step_text(const json::value& step, Colour colour) {
    constexpr std::size_t indent = 42;
    const std::string status = text_at(step, "/status");
    const Paint paint = status == "failed"   ? Paint::Bad
                        : status == "passed" ? Paint::Good
                                             : Paint::Faint;
    std::string detail;
    for (const char c : printable(text_at(step, "/detail"))) {
        detail += c;
        if (c == '\n') detail.append(indent, ' ');
    }
    const double ms =
        static_cast<double>(number_at(step, "/elapsedMicroseconds").value_or(0)) / 1000;
    return fmt::format("  {:>10.3f} ms  {}  {:<15}  {}\n", ms,
                       painted(fmt::format("{:<7}", status), paint, colour), text_at(step, "/kind"),
                       detail);
}

std::string left_out_text(const json::value& trace) {
    const auto left_out = number_at(trace, "/stepsLeftOut").value_or(0);
    if (left_out == 0) return "";
    return fmt::format("  … and {} more steps, which were not kept\n", left_out);
}

}  // namespace

std::string trace_text(const json::value& trace, Colour colour) {
    std::string text = heading(trace, colour);
    for (const json::value& step : elements_at(trace, "/steps")) text += step_text(step, colour);
    return text + left_out_text(trace);
}

std::string TraceFollower::news(const json::value& trace) {
    const std::string id = text_at(trace, "/traceId");
    if (shown_.size() >= traces_max && !shown_.contains(id)) shown_.clear();
    Shown& shown = shown_[id];
    const auto steps = elements_at(trace, "/steps");
    const std::string outcome = text_at(trace, "/outcome");
    if (steps.size() <= shown.steps && outcome == shown.outcome) return "";
    std::string text;
    if (id != last_) text = (last_.empty() ? "" : "\n") + heading(trace, colour_);
    for (std::size_t i = shown.steps; i < steps.size(); ++i) text += step_text(steps[i], colour_);
    if (id == last_ && outcome != shown.outcome) {
        text += "  " + outcome_text(trace, colour_) + "\n";
    }
    last_ = id;
    shown = {std::max(shown.steps, steps.size()), outcome};
    return text;
}

}  // namespace gatehouse::server
