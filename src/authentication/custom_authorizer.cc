#include "authentication/custom_authorizer.h"

#include <fmt/format.h>

#include "async/run_on.h"
#include "authentication/basic_credentials.h"
#include "base/arn.h"
#include "functions/scrubber.h"
#include "logs/masking.h"

namespace gatehouse::authentication {
namespace {

using logs::StepKind;
using logs::StepStatus;

constexpr std::size_t answer_shown_bytes_max = 8192;
// With less time left no function is called.
constexpr std::chrono::milliseconds call_time_min(100);
// Longer than any secret's longest form, so that none is cut before it is found.
constexpr std::size_t secret_form_bytes_max = 256 * 1024;

SecondQuestionMark second_question_mark(const Profile& profile) {
    return profile.behaviour.explanation == Explanation::Given ? SecondQuestionMark::ReadAsSeparator
                                                               : SecondQuestionMark::IsPartOfValue;
}

// "arn:aws:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER]", or a bare name.
functions::FunctionRef function_of(const registry::Authorizer& authorizer) {
    const std::string& text = authorizer.function_arn.value();
    const auto arn = parse_arn(text);
    if (!arn) return {authorizer.tenant, functions::FunctionName(text)};
    std::string_view name = arn->resource;
    constexpr std::string_view prefix = "function:";
    if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
    name = name.substr(0, name.find(':'));
    return {{AccountId(arn->account), Region(arn->region)}, functions::FunctionName(name)};
}

// That no process can be made is a failure of the function's, too, to whoever waits for it.
bool is_no_instance(const Result<functions::InvocationResult>& result) {
    return !result && result.error().kind == ErrorKind::Unavailable;
}

// What the function prints is scrubbed of these.
std::vector<std::string> secrets_of(const Credentials& credentials, const TokenFacts& token) {
    std::vector<std::string> secrets;
    if (credentials.mqtt && credentials.mqtt->password) {
        secrets.emplace_back(text_of(*credentials.mqtt->password));
    }
    if (token.token) secrets.push_back(*token.token);
    if (credentials.http) {
        if (const auto header = credentials.http->headers.find("Authorization")) {
            secrets.emplace_back(*header);
            // Without the name of the scheme, too.
            const auto blank = header->find(' ');
            if (blank != header->npos) secrets.emplace_back(header->substr(blank + 1));
        }
        std::ranges::move(passwords_in_authorization(credentials), std::back_inserter(secrets));
    }
    return secrets;
}

}  // namespace

// One question to one authorizer, from choice to answer.
struct CustomAuthorizer::Call {
    std::shared_ptr<const Credentials> credentials;
    Purpose purpose = Purpose::Connect;
    logs::TraceStore::Recorder trace;
    // Copied: the directory may be replaced while the function runs.
    registry::Authorizer authorizer;
    TokenFacts token;
    std::string site;  // the client's, Address::site_key()
    std::shared_ptr<Gate> gate;
    Circuit::Client client{};
    bool had_little_time = false;  // since the client waited before the function was called
    std::shared_ptr<bool> is_failure_told = std::make_shared<bool>(false);  // to the circuit
    std::vector<std::string> secrets =
        secrets_of(*credentials, token);  // the function's, once asked
    // For what the function answers: a handler may put a password into its error or its answer.
    functions::Scrubber scrubber{secrets};
    std::chrono::microseconds duration{0};
    std::optional<functions::StartKind> start;
    std::string permission_problem;

    Refusal refuse(Refusal::Kind kind, std::string reason, std::string sentence) const {
        return {.kind = kind,
                .reason = std::move(reason),
                .sentence = scrubber.scrub(sentence),
                .authorizer_name = authorizer.name.value()};
    }
    // What is shown of an answer.
    std::string shown(std::string_view answer) const {
        return scrubber.scrub(answer.substr(0, answer_shown_bytes_max + secret_form_bytes_max))
            .substr(0, answer_shown_bytes_max);
    }
};

CustomAuthorizer::CustomAuthorizer(CustomAuthorizerSettings settings, CustomAuthorizerParts parts)
    : settings_(std::move(settings)),
      parts_(parts),
      metrics_(parts.metrics.make_set()),
      directory_(parts.directory),
      brake_(parts.home, parts.random, settings_.brake),
      shared_policies_({.characters_max = settings_.profile.limits.policy_characters_max}),
      admissions_(parts.home, settings_.admission) {}

CustomAuthorizer::~CustomAuthorizer() = default;

async::Task<AuthenticationResult> CustomAuthorizer::ask(
    std::shared_ptr<const Credentials> credentials, IsLetIn is_let_in,
    logs::TraceStore::Recorder trace, Deadline deadline) {
    return ask_at_home({std::move(credentials), Purpose::Connect, std::move(is_let_in)}, trace,
                       deadline);
}

async::Task<AuthenticationResult> CustomAuthorizer::refresh(
    std::shared_ptr<const Credentials> credentials, logs::TraceStore::Recorder trace,
    Deadline deadline) {
    return ask_at_home({std::move(credentials), Purpose::Refresh, {}}, trace, deadline);
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
        trace.step(StepKind::AuthorizerChosen, StepStatus::Failed, choice.error().sentence);
        co_return std::unexpected(std::move(choice.error()));
    }
    trace.step(StepKind::AuthorizerChosen, StepStatus::Passed,
               fmt::format("'{}', by {}", choice->entry->authorizer.name.view(), choice->found_by));
    for (std::string& note : choice->notes) {
        trace.step(StepKind::AuthorizerChosen, StepStatus::Noted, std::move(note));
    }
    auto checked = check_token(*choice);
    if (!checked) {
        trace.step(StepKind::SignatureChecked, StepStatus::Failed, checked.error().sentence);
        co_return std::unexpected(std::move(checked.error()));
    }
    trace.step(StepKind::SignatureChecked,
               choice->token.signature_verified ? StepStatus::Passed : StepStatus::Skipped,
               std::move(*checked));
    Call call{.credentials = std::move(question.credentials),
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
    if (is_let_in) {
        call.gate->circuit.let_in(call.client);
    }
    if (!*pass) co_return result;
    if (is_let_in) {
        (*pass)->accepted();
    } else if (result || result.error().kind != Refusal::Kind::Unavailable) {
        (*pass)->refused();
    }
    co_return result;
}

// Waits until the brake lets the client go. A refresh is the server's own question.
async::Task<std::expected<std::optional<RefusalBrake::Pass>, Refusal>> CustomAuthorizer::pass_brake(
    Call& call, Deadline deadline) {
    const Credentials& credentials = *call.credentials;
    const std::string user =
        parse_user_name(credentials.user_name(), second_question_mark(settings_.profile)).user;
    const std::vector<std::string> subjects =
        brake_subjects(call.authorizer.arn(), user, credentials, call.token.token);
    call.site = credentials.peer.remote.site_key();
    std::vector<GateKey> keys;
    for (const std::string& subject : subjects) keys.push_back(brake_.key_of(subject, call.site));
    const GateKey address = brake_.key_of(call.authorizer.arn(), call.site);
    call.client = {.key = keys.empty() ? address : keys.front(), .address = address};
    if (call.purpose == Purpose::Refresh || keys.empty()) co_return std::nullopt;
    auto pass = co_await brake_.enter(std::move(keys), deadline);
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

void CustomAuthorizer::stop() {
    admissions_.close();
    brake_.release();
}

// From admission to a validated answer. Without a refusal, the answer is a yes.
async::Task<CustomAuthorizer::Answered> CustomAuthorizer::call(Call& call, Deadline deadline) {
    if (auto refusal = check_permission(call)) co_return Answered{std::move(refusal), {}};
    auto payload = co_await admit_and_invoke(call, deadline);
    if (!payload) co_return Answered{std::move(payload.error()), {}};
    const Limits& limits = settings_.profile.limits;
    Answered answered{
        std::nullopt,
        read_authorizer_answer(*payload,
                               {.documents_max = limits.authorizer_documents_max,
                                .interval_seconds_min = limits.authorizer_interval_seconds_min,
                                .interval_seconds_max = limits.authorizer_interval_seconds_max})};
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
    const auto rule = settings_.profile.behaviour.missing_permission;
    if (rule == MissingPermission::Invoke) return std::nullopt;
    auto problem = parts_.permissions.problem(function_of(call.authorizer), call.authorizer);
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
    call.gate = admissions_.gate_of(call.authorizer, directory_.current());
    Circuit& circuit = call.gate->circuit;
    const bool was_open = circuit.is_open();
    if (!may_ask(call, circuit)) co_return std::unexpected(kept_out(call, circuit));
    auto pass = co_await call.gate->admission.enter(
        source_of(call), deadline.sooner_of(Deadline::after(parts_.clock, wait)));
    if (!pass) {
        call.trace.step(StepKind::EventSent, StepStatus::Failed, pass.error().message);
        co_return std::unexpected(not_asked(call, pass.error().message));
    }
    if (deadline.remaining(parts_.clock.steady_now()) < call_time_min) {
        constexpr std::string_view why = "its turn came too late for an answer in time";
        call.trace.step(StepKind::EventSent, StepStatus::Failed, std::string(why));
        co_return std::unexpected(not_asked(call, why));
    }
    // It may have opened meanwhile.
    if (!was_open && !may_ask(call, circuit)) {
        co_return std::unexpected(kept_out(call, circuit));
    }
    const Deadline whole_wait = Deadline::after(parts_.clock, wait);
    call.had_little_time = deadline.at() < whole_wait.at();
    co_return co_await invoke(call, deadline.sooner_of(whole_wait), hold(call, std::move(*pass)));
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

// The place of a call whose client has left stays taken as long as it takes an instance.
std::shared_ptr<const void> CustomAuthorizer::hold(const Call& call, Admission::Pass pass) const {
    struct Held {
        std::shared_ptr<Gate> gate;
        Admission::Pass pass;
    };
    return std::shared_ptr<const Held>(new Held{call.gate, std::move(pass)},
                                       [&home = parts_.home](const Held* held) {
                                           if (home.is_current()) {
                                               delete held;
                                           } else {
                                               home.post([held] { delete held; });
                                           }
                                       });
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
    auto result = co_await parts_.functions.invoke(
        function_of(call.authorizer), std::move(event),
        {.deadline = deadline,
         .run_max = std::chrono::milliseconds(settings_.profile.limits.authorizer_wait_ms),
         .on_late_failure = tell_late(call),
         .held = std::move(held),
         .secrets = std::move(call.secrets)});
    const SteadyTime ended = parts_.clock.steady_now();
    call.duration = std::chrono::duration_cast<std::chrono::microseconds>(ended - began);
    parts_.metrics.authorizer_times().add(call.duration);
    if (result && result->start == functions::StartKind::Cold) {
        metrics_.add(logs::Metric::FunctionColdStarts);
    }
    if (result) call.start = result->start;
    if (result && !result->function_error) {
        if (call.purpose != Purpose::Test) call.gate->circuit.answered();
        call.trace.step(StepKind::AnswerReceived, StepStatus::Passed,
                        fmt::format("{} start, {:.1f} ms: {}",
                                    call.start == functions::StartKind::Cold ? "cold" : "warm",
                                    static_cast<double>(call.duration.count()) / 1000,
                                    call.shown(result->payload)));
        co_return std::move(result->payload);
    }
    Refusal refusal = explain_failure(call, result);
    const bool is_functions_fault =
        refusal.kind != Refusal::Kind::Unavailable || is_no_instance(result);
    // What an administrator tries tells nothing of what devices send.
    if (is_functions_fault && call.purpose != Purpose::Test) {
        call.gate->circuit.failed(call.client, ended);
        *call.is_failure_told = true;
    }
    co_return std::unexpected(std::move(refusal));
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

AuthenticationResult CustomAuthorizer::grant(Call& call, Granted granted) {
    auto policies = shared_policies_.policies_of(*call.credentials, granted.policy_documents);
    if (!policies) {
        call.trace.step(StepKind::AnswerValidated, StepStatus::Failed,
                        call.scrubber.scrub(policies.error().describe()));
        metrics_.add(logs::Metric::AuthorizerErrors);
        return std::unexpected(
            call.refuse(Refusal::Kind::NotAuthenticated, "CUSTOM_AUTHORIZER_LAMBDA_EXECUTION_ERROR",
                        fmt::format("authorizer '{}' answered a policy that is not valid: {}",
                                    call.authorizer.name.view(), policies.error().describe())));
    }
    auto identity = std::make_shared<Identity>();
    identity->type = AuthenticationType::CustomAuth;
    identity->principal_id = std::move(granted.principal_id);
    identity->authorizer_name = call.authorizer.name.value();
    if (!call.permission_problem.empty()) {
        identity->permission_problem = std::make_unique<const std::string>(call.permission_problem);
    }
    identity->policies = std::move(*policies);
    identity->may_be_kept_for_http = call.authorizer.enable_caching_for_http;
    identity->refresh_after = granted.refresh_after;
    identity->disconnect_after = granted.disconnect_after;
    return identity;
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
    const std::string function = function_of(call.authorizer).name.value();
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
    choice.token.token = std::move(question.token);
    choice.signature = std::move(question.token_signature);
    if (auto checked = check_token(choice); !checked) {
        co_return TestResult{Problem::TokenRefused, checked.error().sentence, {}};
    }
    Call call{.credentials = std::move(question.credentials),
              .purpose = Purpose::Test,
              .authorizer = choice.entry->authorizer,
              .token = std::move(choice.token)};
    Answered answered = co_await this->call(call, deadline);
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
