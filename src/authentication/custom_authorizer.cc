#include "authentication/custom_authorizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "async/run_on.h"
#include "authentication/basic_credentials.h"
#include "authentication/custom_authorizer_call.h"
#include "authentication/kept_answer.h"
#include "authentication/missing_permission.h"

namespace gatehouse::authentication {
namespace {

using logs::StepKind;
using logs::StepStatus;

SecondQuestionMark second_question_mark(const Profile& profile) {
    return profile.behaviour.explanation == Explanation::Given ? SecondQuestionMark::ReadAsSeparator
                                                               : SecondQuestionMark::IsPartOfValue;
}

std::string_view kind_in_words(registry::AuthorizerKind kind) {
    switch (kind) {
        case registry::AuthorizerKind::Function: return "";
        case registry::AuthorizerKind::Http: return " (asked over HTTP)";
        case registry::AuthorizerKind::Jwt: return " (by JSON Web Tokens)";
    }
    return "";
}

// Whether nothing was heard from the handler, not even an error that it raised: some handlers say
// no by raising.
bool is_without_answer(const Result<functions::InvocationResult>& result) {
    using enum functions::FunctionErrorKind;
    if (!result) return result.error().kind != ErrorKind::NotFound;
    const auto error = result->function_error;
    return error == InitFailed || error == Exited || error == TimedOut || error == OutOfMemory;
}

}  // namespace

CustomAuthorizer::CustomAuthorizer(CustomAuthorizerSettings settings, CustomAuthorizerParts parts)
    : settings_(std::move(settings)),
      parts_(parts),
      metrics_(parts.metrics.make_set()),
      directory_(parts.directory),
      brake_(parts.home, parts.random, settings_.brake),
      shared_policies_({.characters_max = settings_.profile.limits.policy_characters_max},
                       parts_.clock),
      admissions_(parts.home, settings_.admission),
      http_admissions_(parts.home, settings_.http_admission) {}

CustomAuthorizer::~CustomAuthorizer() = default;

async::Task<AuthenticationResult> CustomAuthorizer::ask(
    std::shared_ptr<const Credentials> credentials, CertificateProofPtr certificate,
    IsLetIn is_let_in, logs::TraceStore::Recorder trace, Deadline deadline) {
    return ask_at_home(
        {std::move(credentials), std::move(certificate), Purpose::Connect, std::move(is_let_in)},
        trace, deadline);
}

async::Task<AuthenticationResult> CustomAuthorizer::refresh(
    std::shared_ptr<const Credentials> credentials, CertificateProofPtr certificate,
    logs::TraceStore::Recorder trace, Deadline deadline) {
    return ask_at_home({std::move(credentials), std::move(certificate), Purpose::Refresh, {}},
                       trace, deadline);
}

async::Task<AuthenticationResult> CustomAuthorizer::ask_at_home(Question question,
                                                                logs::TraceStore::Recorder trace,
                                                                Deadline deadline) {
    co_return co_await async::run_on<AuthenticationResult>(
        parts_.home, *async::EventLoop::current(),
        [this, question = std::move(question), trace, deadline]() mutable {
            return ask_here(std::move(question), trace, deadline);
        });
}

async::Task<AuthenticationResult> CustomAuthorizer::ask_here(Question question,
                                                             logs::TraceStore::Recorder trace,
                                                             Deadline deadline) {
    auto choice = choose_authorizer(*question.credentials, directory_.current(),
                                    second_question_mark(settings_.profile));
    if (!choice) {
        choice.error().type = question.credentials->type_with_authorizer();
        trace.step(StepKind::AuthorizerChosen, StepStatus::Failed, choice.error().sentence);
        co_return std::unexpected(std::move(choice.error()));
    }
    trace.step(StepKind::AuthorizerChosen, StepStatus::Passed,
               fmt::format("'{}'{}, by {}", choice->entry->authorizer.name.view(),
                           kind_in_words(choice->entry->authorizer.kind), choice->found_by));
    for (std::string& note : choice->notes) {
        trace.step(StepKind::AuthorizerChosen, StepStatus::Noted, std::move(note));
    }
    auto checked = check_token(*choice);
    if (!checked) {
        checked.error().type = question.credentials->type_with_authorizer();
        trace.step(StepKind::SignatureChecked, StepStatus::Failed, checked.error().sentence);
        co_return std::unexpected(std::move(checked.error()));
    }
    trace.step(StepKind::SignatureChecked,
               choice->token.signature_verified ? StepStatus::Passed : StepStatus::Skipped,
               std::move(*checked));
    Call call{.credentials = std::move(question.credentials),
              .certificate = std::move(question.certificate),
              .purpose = question.purpose,
              .trace = trace,
              .authorizer = choice->entry->authorizer,
              .token = std::move(choice->token)};
    auto pass = co_await pass_brake(call, deadline);
    if (!pass) {
        report(call, pass.error());
        co_return std::unexpected(std::move(pass.error()));
    }
    Answered answered = co_await this->call(call, deadline);
    AuthenticationResult result = std::unexpected(Refusal());
    if (answered.refusal) {
        result = std::unexpected(*answered.refusal);
    } else {
        result = grant(call, std::move(*answered.answer.granted));
    }
    report(call, result ? std::nullopt : std::optional(result.error()));
    if (call.purpose != Purpose::Connect) co_return result;
    // By what the client will be told: a handler may let everybody in and answer a wrong password
    // with policies that allow nothing.
    const bool is_let_in = result && (!question.is_let_in || question.is_let_in(**result));
    if (is_let_in) call.gate->circuit.let_in(call.client);
    if (!*pass) co_return result;
    // A token that is right is no guess, whatever its bearer may not do.
    const bool is_by_token = call.authorizer.kind == registry::AuthorizerKind::Jwt;
    if (is_let_in) {
        (*pass)->accepted();
    } else if (result ? !is_by_token : result.error().kind != Refusal::Kind::Unavailable) {
        (*pass)->refused();
        // Who got in once may not guess at the other user without end.
        if (call.is_pair) call.gate->circuit.forget(call.client);
    }
    co_return result;
}

// What attempts count by. A signature cannot be guessed at, so nobody waits for others that bring
// another token, whatever their user name.
std::vector<std::string> CustomAuthorizer::subjects_of(const Call& call) const {
    const Credentials& credentials = *call.credentials;
    const std::string arn = call.authorizer.arn();
    if (call.authorizer.kind == registry::AuthorizerKind::Jwt && parts_.declared != nullptr) {
        const auto judge = parts_.declared->get()->tokens(call.authorizer.name.view());
        std::string token = judge ? judge->token_of(credentials, call.token) : std::string();
        if (token.empty()) return {};
        return {fmt::format("{} token {}", arn, token)};
    }
    const std::string user =
        parse_user_name(credentials.user_name(), second_question_mark(settings_.profile)).user;
    return brake_subjects(arn, user, credentials, call.token.token);
}

// Waits until the brake lets the client go. A refresh is the server's own question.
async::Task<std::expected<std::optional<RefusalBrake::Pass>, Refusal>> CustomAuthorizer::pass_brake(
    Call& call, Deadline deadline) {
    const Credentials& credentials = *call.credentials;
    const std::vector<std::string> subjects = subjects_of(call);
    call.site = credentials.peer.remote.site_key();
    call.gate = gate_of(call);
    std::vector<GateKey> keys;
    for (const std::string& subject : subjects) keys.push_back(brake_.key_of(subject, call.site));
    const GateKey address = brake_.key_of(call.authorizer.arn(), call.site);
    // With their lengths, so that no user can pass for two.
    std::string all;
    for (const std::string& subject : subjects) {
        all += fmt::format("{} {}", subject.size(), subject);
    }
    call.client = {.key = keys.size() == 1 ? keys.front() : brake_.key_of(all, call.site),
                   .address = address};
    call.is_pair = keys.size() > 1;
    if (call.purpose == Purpose::Refresh || keys.empty()) co_return std::nullopt;
    // What two users share is others', too. It holds nobody back who got in as these two before and
    // was not refused since.
    std::vector<GateKey> not_waited;
    if (call.is_pair && !may_hide_user(credentials) &&
        call.gate->circuit.standing_of(call.client, parts_.clock.steady_now()) == Standing::Known) {
        not_waited.assign(keys.begin() + 1, keys.end());
        keys.resize(1);
    }
    auto pass = co_await brake_.enter(std::move(keys), deadline, std::move(not_waited));
    if (!pass) {
        call.trace.step(StepKind::AuthorizerChosen, StepStatus::Failed, pass.error().message);
        co_return std::unexpected(not_asked(call, pass.error().message));
    }
    if (pass->held_back().count() > 0) {
        call.trace.step(StepKind::AuthorizerChosen, StepStatus::Noted,
                        fmt::format("held back {} ms: this user was refused again and again at "
                                    "this address",
                                    pass->held_back().count()));
    }
    co_return std::move(*pass);
}

std::shared_ptr<Gate> CustomAuthorizer::gate_of(const Call& call) {
    const bool is_function = call.authorizer.kind == registry::AuthorizerKind::Function;
    Admissions& admissions = is_function ? admissions_ : http_admissions_;
    return admissions.gate_of(
        call.authorizer.tenant, call.authorizer.name.value(),
        [&directory = directory_.current()](const Tenant& tenant, const std::string& name) {
            return directory.find(tenant, name) != nullptr;
        });
}

void CustomAuthorizer::stop() {
    admissions_.close();
    http_admissions_.close();
    brake_.release();
}

// From admission to a validated answer. Without a refusal, the answer is a yes.
async::Task<CustomAuthorizer::Answered> CustomAuthorizer::call(Call& call, Deadline deadline) {
    if (auto refusal = equip(call)) co_return Answered{std::move(refusal), {}};
    if (call.tokens) co_return co_await judge_token(call, deadline);
    if (auto refusal = check_permission(call)) co_return Answered{std::move(refusal), {}};
    auto payload = co_await admit_and_invoke(call, deadline);
    if (!payload) co_return Answered{std::move(payload.error()), {}};
    const Limits& limits = settings_.profile.limits;
    Answered answered{
        std::nullopt,
        read_authorizer_answer(
            *payload, {.documents_max = limits.authorizer_documents_max,
                       .interval_seconds_min = limits.authorizer_interval_seconds_min,
                       .interval_seconds_max = limits.authorizer_interval_seconds_max,
                       .certificate_id = call.certificate ? call.certificate->id.value() : ""})};
    trace_answer(call, answered.answer);
    if (answered.answer.refused) {
        metrics_.add(logs::Metric::AuthorizerRefusals);
        answered.refusal = call.refuse(Refusal::Kind::NotAuthenticated, "NOT_AUTHENTICATED",
                                       fmt::format("authorizer '{}' answered isAuthenticated: "
                                                   "false",
                                                   call.authorizer.name.view()));
    } else if (!answered.answer.granted) {
        metrics_.add(logs::Metric::AuthorizerErrors);
        answered.refusal =
            call.refuse(Refusal::Kind::NotAuthenticated, "CUSTOM_AUTHORIZER_LAMBDA_EXECUTION_ERROR",
                        fmt::format("the answer of authorizer '{}' cannot be used: {}",
                                    call.authorizer.name.view(), answered.answer.problem));
    }
    co_return answered;
}

std::optional<Refusal> CustomAuthorizer::check_permission(Call& call) {
    if (call.http) return std::nullopt;
    const functions::FunctionRef function = call.function();
    const auto rule =
        rule_for(function, call.authorizer.tenant, settings_.profile.behaviour.missing_permission);
    if (rule == MissingPermission::Invoke) return std::nullopt;
    auto problem =
        parts_.permissions.problem(function, call.authorizer.tenant, call.authorizer.arn());
    if (!problem) return std::nullopt;
    if (rule == MissingPermission::Refuse) {
        call.trace.step(StepKind::AuthorizerChosen, StepStatus::Failed, *problem);
        return call.refuse(Refusal::Kind::NotAuthenticated,
                           "CUSTOM_AUTHORIZER_LAMBDA_EXECUTION_ERROR", std::move(*problem));
    }
    call.permission_problem = "AWS would refuse this connection: " + *problem;
    call.trace.step(StepKind::AuthorizerChosen, StepStatus::Noted, call.permission_problem);
    return std::nullopt;
}

bool CustomAuthorizer::may_ask(const Call& call, Circuit& circuit) const {
    const SteadyTime now = parts_.clock.steady_now();
    switch (call.purpose) {
        case Purpose::Connect: return circuit.may_ask(call.client, now);
        case Purpose::Refresh:
            // Where a refresh that cannot be made ends the connection, it is made.
            return settings_.profile.behaviour.refresh_failure == RefreshFailure::Close ||
                   circuit.may_refresh(now);
        case Purpose::Test: return true;
    }
    return true;
}

// When it is the client's turn, calls the function; its payload on success.
async::Task<std::expected<functions::Payload, Refusal>> CustomAuthorizer::admit_and_invoke(
    Call& call, Deadline deadline) {
    const std::chrono::milliseconds wait(settings_.profile.limits.authorizer_wait_ms);
    auto pass = co_await enter(*call.gate,
                               {.clock = parts_.clock,
                                .may_ask = [&] { return may_ask(call, call.gate->circuit); },
                                .source = [&] { return source_of(call); },
                                .answerer = call.answerer(),
                                .wait_max = wait},
                               deadline);
    if (!pass) {
        call.trace.step(StepKind::EventSent, StepStatus::Failed, pass.error().message);
        co_return std::unexpected(not_asked(call, pass.error().message));
    }
    const Deadline whole_wait = Deadline::after(parts_.clock, wait);
    call.had_little_time = deadline.at() < whole_wait.at();
    co_return co_await invoke(call, deadline.sooner_of(whole_wait),
                              hold(parts_.home, call.gate, std::move(*pass)));
}

// A client that had little time cannot say whether the function hangs; what becomes of its call
// can.
std::function<void()> CustomAuthorizer::tell_late(const Call& call) const {
    if (call.purpose == Purpose::Test) return nullptr;
    return [gate = call.gate, client = call.client, is_told = call.is_failure_told,
            &clock = parts_.clock] {
        if (!*is_told) gate->circuit.failed(client, clock.steady_now());
    };
}

Source CustomAuthorizer::source_of(const Call& call) const {
    if (call.purpose == Purpose::Refresh) return {call.site, Standing::Known};
    return {call.site, call.gate->circuit.standing_of(call.client, parts_.clock.steady_now())};
}

async::Task<std::expected<functions::Payload, Refusal>> CustomAuthorizer::invoke(
    Call& call, Deadline deadline, std::shared_ptr<const void> held) {
    metrics_.add(call.purpose == Purpose::Refresh ? logs::Metric::AuthorizerRefreshes
                                                  : logs::Metric::AuthorizerInvocations);
    std::string event = make_authorizer_event(*call.credentials, call.token, Password::Shown);
    call.trace.step(StepKind::EventSent, StepStatus::Noted,
                    make_authorizer_event(*call.credentials, call.token, Password::Masked), event);
    const SteadyTime began = parts_.clock.steady_now();
    auto result = co_await ask_answerer(call, std::move(event), deadline, std::move(held));
    const SteadyTime ended = parts_.clock.steady_now();
    call.duration = std::chrono::duration_cast<std::chrono::microseconds>(ended - began);
    parts_.metrics.authorizer_times().add(call.duration);
    if (result && !call.http) {
        call.start = result->start;
        if (call.start == functions::StartKind::Cold) {
            metrics_.add(logs::Metric::FunctionColdStarts);
        }
    }
    if (result && !result->function_error) {
        if (call.purpose != Purpose::Test) call.gate->circuit.answered();
        note_received(call, *result);
        co_return std::move(result->payload);
    }
    const FunctionFailure failure =
        failure_of(result, call.answerer(),
                   {.duration = call.duration,
                    .wait_ms = settings_.profile.limits.authorizer_wait_ms,
                    .had_little_time = call.had_little_time},
                   result ? call.shown(result->payload) : "");
    Refusal refusal = refused_by(call, failure);
    // What an administrator tries tells nothing of what devices send.
    if (failure.is_functions_fault && call.purpose != Purpose::Test) {
        call.gate->circuit.failed(call.client, ended);
        *call.is_failure_told = true;
    }
    // Of a client that is in already, nobody has said that it should go.
    if (call.purpose == Purpose::Refresh && is_without_answer(result)) {
        refusal.kind = Refusal::Kind::Unavailable;
    }
    co_return std::unexpected(std::move(refusal));
}

// Those of the certificate and of the answer together, for this connection alone.
Result<CompiledPoliciesPtr> CustomAuthorizer::policies_of_both(const Call& call,
                                                               const Granted& granted) const {
    auto documents = SharedPolicies::sources_of(
        granted.policy_documents,
        {.characters_max = settings_.profile.limits.policy_characters_max});
    if (!documents) return fail(std::move(documents.error()));
    std::vector<policy::PolicySource> sources = call.certificate->policies;
    std::ranges::move(*documents, std::back_inserter(sources));
    return policy::compile(std::move(sources), call.certificate->variables,
                           call.credentials->tenant);
}

std::expected<CompiledPoliciesPtr, Refusal> CustomAuthorizer::policies_of(Call& call,
                                                                          const Granted& granted) {
    auto policies = call.certificate
                        ? policies_of_both(call, granted)
                        : shared_policies_.policies_of(*call.credentials, granted.policy_documents);
    if (policies) return std::move(*policies);
    call.trace.step(StepKind::AnswerValidated, StepStatus::Failed,
                    call.scrubber.scrub(policies.error().describe()));
    metrics_.add(logs::Metric::AuthorizerErrors);
    return std::unexpected(
        call.refuse(Refusal::Kind::NotAuthenticated, "CUSTOM_AUTHORIZER_LAMBDA_EXECUTION_ERROR",
                    fmt::format("authorizer '{}' answered a policy that is not valid: {}",
                                call.authorizer.name.view(), policies.error().describe())));
}

AuthenticationResult CustomAuthorizer::grant(Call& call, Granted granted) {
    auto policies = policies_of(call, granted);
    if (!policies) return std::unexpected(std::move(policies.error()));
    auto identity = std::make_shared<Identity>();
    identity->type = call.credentials->type_with_authorizer();
    if (call.certificate) {
        identity->registry_epoch = call.certificate->registry_epoch;
        if (const auto& propagated = call.certificate->propagated; !propagated.empty()) {
            identity->propagated =
                std::make_unique<const std::vector<std::pair<std::string, std::string>>>(
                    propagated);
        }
    }
    identity->principal_id = std::move(granted.principal_id);
    identity->authorizer_name = call.authorizer.name.value();
    if (!call.permission_problem.empty()) {
        identity->permission_problem = std::make_unique<const std::string>(call.permission_problem);
    }
    identity->policies = std::move(*policies);
    // The certificate beside it may be revoked meanwhile.
    identity->may_be_kept_for_http = call.authorizer.enable_caching_for_http && !call.certificate &&
                                     !is_of_one_message(call.authorizer.token_key_name);
    identity->refresh_after = Identity::Seconds(granted.refresh_after.count());
    identity->disconnect_after = Identity::Seconds(granted.disconnect_after.count());
    return identity;
}

async::Task<CustomAuthorizer::TestResult> CustomAuthorizer::test(TestQuestion question,
                                                                 Deadline deadline) {
    co_return co_await async::run_on<TestResult>(
        parts_.home, *async::EventLoop::current(),
        [this, question = std::move(question), deadline]() mutable {
            return test_here(std::move(question), deadline);
        });
}

async::Task<CustomAuthorizer::TestResult> CustomAuthorizer::test_here(TestQuestion question,
                                                                      Deadline deadline) {
    using Problem = TestResult::Problem;
    const registry::AuthorizerDirectory& directory = directory_.current();
    const Tenant& tenant = question.credentials->tenant;
    AuthorizerChoice choice;
    choice.entry = directory.find(tenant, question.authorizer_name);
    if (choice.entry == nullptr) {
        co_return TestResult{
            Problem::NotFound, directory.explain_missing(tenant, question.authorizer_name), {}};
    }
    if (choice.entry->authorizer.status != registry::AuthorizerStatus::Active) {
        co_return TestResult{Problem::Inactive,
                             fmt::format("authorizer '{}' is INACTIVE: update it to ACTIVE",
                                         question.authorizer_name),
                             {}};
    }
    choice.token.token = std::move(question.token);
    choice.signature = std::move(question.token_signature);
    if (auto checked = check_token(choice); !checked) {
        co_return TestResult{Problem::TokenRefused, checked.error().sentence, {}};
    }
    Call call{.credentials = std::move(question.credentials),
              .purpose = Purpose::Test,
              .authorizer = choice.entry->authorizer,
              .token = std::move(choice.token)};
    call.gate = gate_of(call);
    Answered answered = co_await this->call(call, deadline);
    // A connection would be refused for policies that cannot be used.
    if (answered.answer.granted) {
        auto policies = policies_of(call, *answered.answer.granted);
        if (!policies) answered.refusal = std::move(policies.error());
    }
    report(call, answered.refusal);
    TestResult result{.answer = std::move(answered.answer)};
    const bool answered_no = result.answer.refused;
    if (answered.refusal && !answered_no) {
        result.problem = answered.refusal->kind == Refusal::Kind::Unavailable ? Problem::Unavailable
                                                                              : Problem::BadAnswer;
        result.sentence = answered.refusal->sentence;
    }
    co_return result;
}

}  // namespace gatehouse::authentication
