#include "api/gatehouse/trace_shapes.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

namespace gatehouse::api::gatehouse {
namespace {

namespace traces = ::gatehouse::logs;

TraceOutcome shape_of(traces::Outcome outcome) {
    switch (outcome) {
        case traces::Outcome::Pending: return TraceOutcome::Pending;
        case traces::Outcome::Accepted: return TraceOutcome::Accepted;
        case traces::Outcome::Refused: return TraceOutcome::Refused;
        case traces::Outcome::Ended: return TraceOutcome::Ended;
    }
    return TraceOutcome::Pending;
}

StepStatus shape_of(traces::StepStatus status) {
    switch (status) {
        case traces::StepStatus::Passed: return StepStatus::Passed;
        case traces::StepStatus::Failed: return StepStatus::Failed;
        case traces::StepStatus::Skipped: return StepStatus::Skipped;
        case traces::StepStatus::Noted: return StepStatus::Noted;
    }
    return StepStatus::Noted;
}

// All of the text as a number; empty when it is none.
template <class Number>
std::optional<Number> number_in(std::string_view text) {
    Number number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

}  // namespace

Trace shape_of(traces::ConnectionTrace trace) {
    std::vector<TraceStep> steps;
    for (traces::TraceStep& step : trace.steps) {
        const bool has_secrets = !step.unmasked_detail.empty();
        steps.push_back({.kind = std::string(name_of(step.kind)),
                         .status = shape_of(step.status),
                         .detail = std::move(has_secrets ? step.unmasked_detail : step.detail),
                         .elapsed_microseconds = static_cast<std::int64_t>(step.elapsed.count())});
    }
    return {.trace_id = std::move(trace.trace_id),
            .client_id = std::move(trace.client_id),
            .source = std::move(trace.source),
            .started_at = trace.started,
            .outcome = shape_of(trace.outcome),
            .steps = std::move(steps),
            .steps_left_out = static_cast<std::int64_t>(trace.steps_left_out)};
}

std::vector<Trace> shapes_of(std::vector<traces::ConnectionTrace> found) {
    std::vector<Trace> shapes;
    for (traces::ConnectionTrace& trace : found) shapes.push_back(shape_of(std::move(trace)));
    return shapes;
}

Result<traces::Secrets> secrets_for(const Caller& caller, std::optional<bool> shown) {
    if (!shown.value_or(false)) return traces::Secrets::Masked;
    if (!caller.from_this_machine) {
        return fail(ErrorKind::NotAllowed,
                    "passwords and tokens are shown on the server's own machine only; ask "
                    "without showSecrets");
    }
    return traces::Secrets::Shown;
}

std::string TraceCursor::text(std::uint64_t revision) const {
    return fmt::format("{}-{}", server_started_.time_since_epoch().count(), revision);
}

Result<std::uint64_t> TraceCursor::revision(const std::string& cursor) const {
    const auto dash = std::min(cursor.find('-'), cursor.size());
    const auto started = number_in<std::int64_t>(std::string_view(cursor).substr(0, dash));
    const auto revision = number_in<std::uint64_t>(
        std::string_view(cursor).substr(std::min(dash + 1, cursor.size())));
    if (!started || !revision) {
        return fail(ErrorKind::InvalidInput,
                    "the cursor is none that ListTraces or FollowTraces gave; begin without one");
    }
    return *started == server_started_.time_since_epoch().count() ? *revision : 0;
}

}  // namespace gatehouse::api::gatehouse
