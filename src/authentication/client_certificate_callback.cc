#include "authentication/client_certificate_callback.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "async/run_on.h"
#include "authentication/certificate_question.h"
#include "authentication/function_failure.h"
#include "authentication/missing_permission.h"
#include "authentication/question_record.h"
#include "certificates/certificate.h"
#include "signature/digest.h"

namespace gatehouse::authentication {

using logs::StepKind;
using logs::StepStatus;

namespace {

constexpr std::size_t shown_bytes_max = 8192;

// An address or the digest of a certificate, of which nobody chooses two that collide.
GateKey gate_key(std::string_view text) {
    const signature::Digest digest = signature::sha256(text);
    GateKey key;
    std::copy_n(digest.begin(), key.size(), key.begin());
    return key;
}

Circuit::Client client_of(const Credentials& credentials, std::string_view site) {
    const auto id = certificates::certificate_id_of(credentials.peer.client_certificate);
    return {.key = gate_key(fmt::format("{} {}", id.view(), site)), .address = gate_key(site)};
}

}  // namespace

// One question, from admission to answer.
struct ClientCertificateCallback::Call {
    std::shared_ptr<const Credentials> credentials;
    logs::TraceStore::Recorder trace;
    functions::FunctionRef function;
    std::shared_ptr<Gate> gate;
    std::string site;  // the client's, Address::site_key()
    Circuit::Client client{};
    bool had_little_time = false;  // since the client waited before the function was called
    std::chrono::microseconds duration{0};
    std::optional<functions::StartKind> start;
    std::string permission_problem;

    const registry::DomainConfiguration& domain() const { return *credentials->domain; }
    // Of what a function of another account answered nothing is shown to this one.
    std::string shown(const functions::InvocationResult& result) const {
        if (function.tenant.account != domain().tenant.account) {
            return "(the function is of another account, which alone sees its answer)";
        }
        return std::string(std::string_view(result.payload).substr(0, shown_bytes_max));
    }
    // "the function 'check' of domain configuration 'Fleet'"
    std::string answerer() const {
        return fmt::format("the function '{}' of domain configuration '{}'", function.name.view(),
                           domain().name.view());
    }
    Refusal refuse(Refusal::Kind kind, StepKind step, std::string_view reason,
                   std::string sentence) {
        trace.step(step, StepStatus::Failed, sentence);
        if (!permission_problem.empty()) {
            sentence += fmt::format(". Besides, {}", permission_problem);
        }
        return {.kind = kind,
                .type = credentials->type_with_certificate(),
                .reason = std::string(reason),
                .sentence = std::move(sentence)};
    }
    // AWS names no reason of its own for this function.
    Refusal refuse_without_answer(Refusal::Kind kind, StepKind step, std::string sentence) {
        return refuse(kind, step, "CUSTOM_AUTHORIZER_LAMBDA_EXECUTION_ERROR", std::move(sentence));
    }
};

ClientCertificateCallback::ClientCertificateCallback(Settings settings, const Parts& parts)
    : settings_(std::move(settings)),
      parts_(parts),
      metrics_(parts.metrics.make_set()),
      admissions_(parts.home, settings_.admission) {}

async::Task<std::optional<Refusal>> ClientCertificateCallback::ask(
    std::shared_ptr<const Credentials> credentials, logs::TraceStore::Recorder trace,
    Deadline deadline) {
    if (credentials->domain == nullptr ||
        credentials->domain->client_certificate_callback.empty()) {
        co_return std::nullopt;
    }
    if (credentials->is_certificate_checked) {
        trace.step(StepKind::EventSent, StepStatus::Skipped,
                   "the domain configuration's function let the certificate in when this "
                   "connection was new");
        co_return std::nullopt;
    }
    co_return co_await async::run_on<std::optional<Refusal>>(
        parts_.home, *async::EventLoop::current(),
        [this, credentials = std::move(credentials), trace, deadline]() mutable {
            return ask_here(std::move(credentials), trace, deadline);
        });
}

async::Task<std::optional<Refusal>> ClientCertificateCallback::ask_here(
    std::shared_ptr<const Credentials> credentials, logs::TraceStore::Recorder trace,
    Deadline deadline) {
    const registry::DomainConfiguration& domain = *credentials->domain;
    std::string site = credentials->peer.remote.site_key();
    const Circuit::Client client = client_of(*credentials, site);
    Call call{.credentials = std::move(credentials),
              .trace = trace,
              .function = called_function(domain.client_certificate_callback, domain.tenant),
              // There are few of a tenant, so that which of them are gone hardly matters.
              .gate = admissions_.gate_of(domain.tenant, domain.id,
                                          [](const Tenant&, const std::string&) { return false; }),
              .site = std::move(site),
              .client = client};
    auto refusal = check_permission(call);
    if (!refusal) refusal = co_await admit_and_invoke(call, deadline);
    report(call, refusal);
    co_return refusal;
}

std::optional<Refusal> ClientCertificateCallback::check_permission(Call& call) const {
    const auto rule = rule_for(call.function, call.domain().tenant,
                               settings_.profile.behaviour.missing_permission);
    if (rule == MissingPermission::Invoke) return std::nullopt;
    auto problem =
        parts_.permissions.problem(call.function, call.domain().tenant, call.domain().arn());
    if (!problem) return std::nullopt;
    if (rule == MissingPermission::Refuse) {
        return call.refuse_without_answer(Refusal::Kind::NotAuthenticated, StepKind::EventSent,
                                          std::move(*problem));
    }
    call.permission_problem = "AWS would refuse this connection: " + *problem;
    call.trace.step(StepKind::EventSent, StepStatus::Noted, call.permission_problem);
    return std::nullopt;
}

// When it is the client's turn, calls the function.
async::Task<std::optional<Refusal>> ClientCertificateCallback::admit_and_invoke(Call& call,
                                                                                Deadline deadline) {
    Circuit& circuit = call.gate->circuit;
    auto pass = co_await enter(
        *call.gate,
        {.clock = parts_.clock,
         .may_ask = [&] { return circuit.may_ask(call.client, parts_.clock.steady_now()); },
         .source =
             [&] {
                 return Source{call.site,
                               circuit.standing_of(call.client, parts_.clock.steady_now())};
             },
         .answerer = call.answerer(),
         .wait_max = wait_max()},
        deadline);
    if (!pass) {
        metrics_.add(logs::Metric::AuthorizerThrottle);
        co_return call.refuse_without_answer(
            Refusal::Kind::Unavailable, StepKind::EventSent,
            fmt::format("{} was not asked: {}", call.answerer(), pass.error().message));
    }
    const Deadline whole_wait = Deadline::after(parts_.clock, wait_max());
    call.had_little_time = deadline.at() < whole_wait.at();
    co_return co_await invoke(call, deadline.sooner_of(whole_wait),
                              hold(parts_.home, call.gate, std::move(*pass)));
}

async::Task<std::optional<Refusal>> ClientCertificateCallback::invoke(
    Call& call, Deadline deadline, std::shared_ptr<const void> held) {
    metrics_.add(logs::Metric::AuthorizerInvocations);
    std::string event = make_certificate_event(*call.credentials);
    call.trace.step(StepKind::EventSent, StepStatus::Noted, event);
    const auto is_failure_told = std::make_shared<bool>(false);
    const SteadyTime began = parts_.clock.steady_now();
    auto result = co_await parts_.functions.invoke(
        call.function, std::move(event),
        {.deadline = deadline,
         .run_max = wait_max(),
         // A client that had little time cannot say whether the function hangs; this can.
         .on_late_failure =
             [gate = call.gate, client = call.client, is_failure_told, &clock = parts_.clock] {
                 if (!*is_failure_told) gate->circuit.failed(client, clock.steady_now());
             },
         .held = std::move(held)});
    const SteadyTime ended = parts_.clock.steady_now();
    call.duration = std::chrono::duration_cast<std::chrono::microseconds>(ended - began);
    parts_.metrics.authorizer_times().add(call.duration);
    if (result) {
        call.start = result->start;
        if (call.start == functions::StartKind::Cold) {
            metrics_.add(logs::Metric::FunctionColdStarts);
        }
        if (!result->function_error) co_return judge(call, *result);
    }
    metrics_.add(logs::Metric::AuthorizerErrors);
    const FunctionFailure failure =
        failure_of(result, call.answerer(),
                   {.duration = call.duration,
                    .wait_ms = settings_.profile.limits.authorizer_wait_ms,
                    .had_little_time = call.had_little_time},
                   result ? call.shown(*result) : std::string());
    if (failure.is_functions_fault) {
        call.gate->circuit.failed(call.client, ended);
        *is_failure_told = true;
    }
    co_return call.refuse_without_answer(
        failure.passes_by_itself ? Refusal::Kind::Unavailable : Refusal::Kind::NotAuthenticated,
        StepKind::AnswerReceived, failure.sentence);
}

std::optional<Refusal> ClientCertificateCallback::judge(Call& call,
                                                        const functions::InvocationResult& result) {
    call.gate->circuit.answered();
    call.trace.step(
        StepKind::AnswerReceived, StepStatus::Passed,
        fmt::format("{} start, {:.1f} ms: {}",
                    result.start == functions::StartKind::Cold ? "cold" : "warm",
                    static_cast<double>(call.duration.count()) / 1000, call.shown(result)));
    const auto answer = read_certificate_answer(result.payload);
    if (!answer) {
        metrics_.add(logs::Metric::AuthorizerErrors);
        return call.refuse_without_answer(Refusal::Kind::NotAuthenticated,
                                          StepKind::AnswerValidated,
                                          fmt::format("the answer of {} cannot be used: {}",
                                                      call.answerer(), answer.error().message));
    }
    if (!*answer) {
        metrics_.add(logs::Metric::AuthorizerRefusals);
        return call.refuse(Refusal::Kind::NotAuthenticated, StepKind::AnswerValidated,
                           "NOT_AUTHENTICATED",
                           fmt::format("{} answered isAuthenticated: false", call.answerer()));
    }
    call.gate->circuit.let_in(call.client);
    call.trace.step(StepKind::AnswerValidated, StepStatus::Passed,
                    fmt::format("{} lets the certificate in", call.answerer()));
    return std::nullopt;
}

void ClientCertificateCallback::report(const Call& call,
                                       const std::optional<Refusal>& refusal) const {
    record_question(
        parts_.events, parts_.levels, *call.credentials,
        {.refusal = refusal ? &*refusal : nullptr,
         .function_name = call.function.name.view(),
         .explanation = call.permission_problem,
         .duration = call.duration,
         .cold_start =
             call.start ? std::optional(*call.start == functions::StartKind::Cold) : std::nullopt,
         .authentication = call.credentials->type_with_certificate()});
}

}  // namespace gatehouse::authentication
