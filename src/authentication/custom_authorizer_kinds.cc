// What is asked in a function's place: an endpoint elsewhere, or the client's token.
#include <fmt/format.h>

#include <utility>

#include "authentication/custom_authorizer_call.h"

namespace gatehouse::authentication {

using logs::StepKind;
using logs::StepStatus;

// Finds what answers, which may have been replaced since the authorizer was chosen.
std::optional<Refusal> CustomAuthorizer::equip(Call& call) const {
    using enum registry::AuthorizerKind;
    if (call.authorizer.kind == Function) return std::nullopt;
    const std::string_view name = call.authorizer.name.view();
    if (parts_.declared != nullptr) {
        const auto declared = parts_.declared->get();
        if (call.authorizer.kind == Http) call.http = declared->http(name);
        if (call.authorizer.kind == Jwt) call.tokens = declared->tokens(name);
        for (std::string& secret : declared->secrets(name)) {
            call.secrets.push_back(std::move(secret));
        }
        call.scrubber = functions::Scrubber(call.secrets);
    }
    if (call.http || call.tokens) return std::nullopt;
    std::string why = fmt::format("authorizer '{}' was declared anew meanwhile", name);
    call.trace.step(StepKind::EventSent, StepStatus::Failed, why);
    return call.refuse(Refusal::Kind::Unavailable, "CUSTOM_AUTHORIZER_NOT_FOUND", std::move(why));
}

async::Task<Result<functions::InvocationResult>> CustomAuthorizer::ask_answerer(
    Call& call, std::string event, Deadline deadline, std::shared_ptr<const void> held) {
    if (call.http) {
        // Its place among the calls is held by this task.
        co_return co_await call.http->ask(std::move(event), deadline);
    }
    co_return co_await parts_.functions.invoke(
        call.function(), std::move(event),
        {.deadline = deadline,
         .run_max = std::chrono::milliseconds(settings_.profile.limits.authorizer_wait_ms),
         .on_late_failure = tell_late(call),
         .held = std::move(held),
         .secrets = std::move(call.secrets)});
}

void CustomAuthorizer::note_received(Call& call, const functions::InvocationResult& result) {
    const bool is_cold = result.start == functions::StartKind::Cold;
    const std::string_view how = call.http ? (is_cold ? "new connection" : "kept connection")
                                           : (is_cold ? "cold start" : "warm start");
    call.trace.step(
        StepKind::AnswerReceived, StepStatus::Passed,
        fmt::format("{}, {:.1f} ms: {}", how, static_cast<double>(call.duration.count()) / 1000,
                    call.shown(result.payload)));
}

// Without queue and circuit: nothing is called but, now and then, for the keys.
async::Task<CustomAuthorizer::Answered> CustomAuthorizer::judge_token(Call& call,
                                                                      Deadline deadline) {
    metrics_.add(call.purpose == Purpose::Refresh ? logs::Metric::AuthorizerRefreshes
                                                  : logs::Metric::AuthorizerInvocations);
    const SteadyTime began = parts_.clock.steady_now();
    const std::chrono::milliseconds wait(settings_.profile.limits.authorizer_wait_ms);
    auto answer = co_await call.tokens->ask(
        *call.credentials, call.token, deadline.sooner_of(Deadline::after(parts_.clock, wait)));
    call.duration =
        std::chrono::duration_cast<std::chrono::microseconds>(parts_.clock.steady_now() - began);
    parts_.metrics.authorizer_times().add(call.duration);
    const std::string_view name = call.authorizer.name.view();
    if (!answer) {
        metrics_.add(logs::Metric::AuthorizerErrors);
        std::string why = fmt::format("authorizer '{}' cannot judge tokens now: {}", name,
                                      answer.error().message);
        call.trace.step(StepKind::AnswerValidated, StepStatus::Failed, call.scrubber.scrub(why));
        co_return Answered{call.refuse(Refusal::Kind::Unavailable,
                                       "CUSTOM_AUTHORIZER_LAMBDA_EXECUTION_ERROR", std::move(why)),
                           {}};
    }
    Answered answered{std::nullopt, std::move(*answer)};
    if (answered.answer.refused) {
        metrics_.add(logs::Metric::AuthorizerRefusals);
        std::string why = fmt::format("authorizer '{}': {}", name, answered.answer.problem);
        call.trace.step(StepKind::AnswerValidated, StepStatus::Failed, call.scrubber.scrub(why));
        answered.refusal =
            call.refuse(Refusal::Kind::NotAuthenticated, "NOT_AUTHENTICATED", std::move(why));
        co_return answered;
    }
    const Granted& granted = *answered.answer.granted;
    // As of a function's answer: whose certificate it is, is who it is.
    if (call.certificate && granted.principal_id != call.certificate->id.value()) {
        std::string why = fmt::format(
            "authorizer '{}': beside a certificate the token's principal has to be the "
            "certificate's id, {}",
            name, call.certificate->id.view());
        call.trace.step(StepKind::AnswerValidated, StepStatus::Failed, why);
        answered.refusal =
            call.refuse(Refusal::Kind::NotAuthenticated, "NOT_AUTHENTICATED", std::move(why));
        co_return answered;
    }
    call.trace.step(
        StepKind::AnswerValidated, StepStatus::Passed,
        call.scrubber.scrub(fmt::format("the token of '{}' is valid for another {} s",
                                        granted.principal_id, granted.disconnect_after.count())));
    co_return answered;
}

}  // namespace gatehouse::authentication
