// What a question to an authorizer leaves in traces, metrics and the log.
#include <fmt/format.h>

#include "authentication/custom_authorizer_call.h"
#include "authentication/question_record.h"

namespace gatehouse::authentication {

using logs::StepKind;
using logs::StepStatus;

Refusal CustomAuthorizer::not_asked(Call& call, std::string_view why) {
    metrics_.add(logs::Metric::AuthorizerThrottle);
    return call.refuse(Refusal::Kind::Unavailable, "CUSTOM_AUTHORIZER_LAMBDA_EXECUTION_ERROR",
                       fmt::format("the authorizer was not asked: {}", why));
}

Refusal CustomAuthorizer::refused_by(Call& call, const FunctionFailure& failure) {
    metrics_.add(logs::Metric::AuthorizerErrors);
    call.trace.step(StepKind::AnswerReceived, StepStatus::Failed, failure.sentence);
    return call.refuse(
        failure.passes_by_itself ? Refusal::Kind::Unavailable : Refusal::Kind::NotAuthenticated,
        "CUSTOM_AUTHORIZER_LAMBDA_EXECUTION_ERROR", failure.sentence);
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
