// What a question to an authorizer leaves in traces, metrics and the log.
#include <fmt/format.h>

#include "authentication/custom_authorizer_call.h"

namespace gatehouse::authentication {

using logs::StepKind;
using logs::StepStatus;

Refusal CustomAuthorizer::kept_out(Call& call, const Circuit& circuit) {
    const std::string why = fmt::format(
        "the function failed {} times in a row; it is tried again once every {} ms until it "
        "answers",
        circuit.failures_in_row(), circuit.probe_interval().count());
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
    const std::string_view name = call.authorizer.name.view();
    const bool is_late = !result && result.error().kind == ErrorKind::Timeout;
    std::string problem;
    if (is_late && call.had_little_time) {
        problem = fmt::format(
            "the function of authorizer '{}' had {} ms left, since the client "
            "waited for its turn before, and did not answer in that time",
            name, call.duration / std::chrono::milliseconds(1));
    } else if (is_late) {
        problem = fmt::format("the function of authorizer '{}' did not answer within {} ms", name,
                              settings_.profile.limits.authorizer_wait_ms);
    } else if (!result) {
        problem = fmt::format("the function of authorizer '{}' could not be called: {}", name,
                              result.error().message);
    } else {
        problem = fmt::format("the function of authorizer '{}' failed: {}", name,
                              call.shown(result->payload));
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
    const bool is_refresh = call.purpose == Purpose::Refresh;
    const logs::EventType type =
        is_refresh ? logs::EventType::AuthorizerRefresh : logs::EventType::AuthorizerInvoke;
    const logs::Status status = refusal ? logs::Status::Failure : logs::Status::Success;
    const Credentials& credentials = *call.credentials;
    const std::string source_ip = credentials.peer.remote.host();
    const std::string_view client_id =
        credentials.mqtt ? std::string_view(credentials.mqtt->client_id) : std::string_view();
    const logs::Level level = parts_.levels.level_for(
        {.tenant = credentials.tenant, .client_id = client_id, .source_ip = source_ip});
    if (!parts_.events.keeps(level, type, status)) return;
    const std::string function = call.function().name.value();
    parts_.events.record(
        {.tenant = credentials.tenant,
         .type = type,
         .status = status,
         .trace_id = credentials.trace_id.view(),
         .origin = {.protocol = credentials.mqtt ? "MQTT" : "HTTP",
                    .client_id = client_id,
                    .source_ip = source_ip,
                    .source_port = credentials.peer.remote.port()},
         .reason = refusal ? std::string_view(refusal->reason) : std::string_view(),
         .details = refusal ? std::string_view(refusal->sentence) : std::string_view(),
         .authentication_type = name_of(AuthenticationType::CustomAuth),
         .server_name_indication = credentials.peer.server_name,
         .authorizer_name = call.authorizer.name.view(),
         .function_name = function,
         .explanation = call.permission_problem,
         .duration_ms = static_cast<double>(call.duration.count()) / 1000,
         .cold_start =
             call.start ? std::optional(*call.start == functions::StartKind::Cold) : std::nullopt});
}

}  // namespace gatehouse::authentication
