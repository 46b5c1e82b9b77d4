// What a question to an authorizer leaves in traces, metrics and the log.
#include <fmt/format.h>

#include "authentication/custom_authorizer_call.h"
#include "authentication/question_record.h"

namespace gatehouse::authentication {

using logs::StepKind;
using logs::StepStatus;

Refusal CustomAuthorizer::kept_out(Call& call, const Circuit& circuit) {
    const std::string why = fmt::format(
        "{} failed {} times in a row; it is tried again once every {} ms until it answers",
        call.answerer(), circuit.failures_in_row(), circuit.probe_interval().count());
    call.trace.step(StepKind::EventSent, StepStatus::Failed, why);
    return not_asked(call, why);
}

Refusal CustomAuthorizer::not_asked(Call& call, std::string_view why) {
    metrics_.add(logs::Metric::AuthorizerThrottle);
    return call.refuse(Refusal::Kind::Unavailable, "CUSTOM_AUTHORIZER_LAMBDA_EXECUTION_ERROR",
                       fmt::format("the authorizer was not asked: {}", why));
}

Refusal CustomAuthorizer::explain_failure(Call& call,
                                          const Result<functions::InvocationResult>& result) {
    const std::string name = call.answerer();
    const bool is_late = !result && result.error().kind == ErrorKind::Timeout;
    std::string problem;
    if (is_late && call.had_little_time) {
        problem = fmt::format(
            "{} had {} ms left, since the client "
            "waited for its turn before, and did not answer in that time",
            name, call.duration / std::chrono::milliseconds(1));
    } else if (is_late) {
        problem = fmt::format("{} did not answer within {} ms", name,
                              settings_.profile.limits.authorizer_wait_ms);
    } else if (!result) {
        problem = fmt::format("{} could not be called: {}", name, result.error().message);
    } else {
        problem = fmt::format("{} failed: {}", name, call.shown(result->payload));
    }
    metrics_.add(logs::Metric::AuthorizerErrors);
    call.trace.step(StepKind::AnswerReceived, StepStatus::Failed, problem);
    // Only what passes by itself is worth the client's trying again soon.
    const bool is_unavailable = !result && (result.error().kind == ErrorKind::Throttled ||
                                            result.error().kind == ErrorKind::Unavailable ||
                                            result.error().kind == ErrorKind::Cancelled ||
                                            (is_late && call.had_little_time));
    return call.refuse(
        is_unavailable ? Refusal::Kind::Unavailable : Refusal::Kind::NotAuthenticated,
        "CUSTOM_AUTHORIZER_LAMBDA_EXECUTION_ERROR", std::move(problem));
}

void CustomAuthorizer::trace_answer(Call& call, const AuthorizerAnswer& answer) {
    for (const AnswerCheck& check : answer.checks) {
        call.trace.step(
            StepKind::AnswerValidated, check.passed ? StepStatus::Passed : StepStatus::Failed,
            check.finding.empty()
                ? check.rule
                : fmt::format("{}: {}", check.rule, call.scrubber.scrub(check.finding)));
    }
    for (const std::string& note : answer.notes) {
        call.trace.step(StepKind::AnswerValidated, StepStatus::Noted, call.scrubber.scrub(note));
    }
}

void CustomAuthorizer::report(const Call& call, const std::optional<Refusal>& refusal) {
    const bool is_function = call.authorizer.kind == registry::AuthorizerKind::Function;
    const std::string function = is_function ? call.function().name.value() : std::string();
    record_question(
        parts_.events, parts_.levels, *call.credentials,
        {.type = call.purpose == Purpose::Refresh ? logs::EventType::AuthorizerRefresh
                                                  : logs::EventType::AuthorizerInvoke,
         .refusal = refusal ? &*refusal : nullptr,
         .authorizer_name = call.authorizer.name.view(),
         .function_name = function,
         .explanation = call.permission_problem,
         .duration = call.duration,
         .cold_start =
             call.start ? std::optional(*call.start == functions::StartKind::Cold) : std::nullopt});
}

}  // namespace gatehouse::authentication
