#include "rules/evaluator.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <new>
#include <utility>

namespace gatehouse::rules {
namespace {

constexpr std::size_t functions_asked_max = 1000;  // at once

// Of a message and of one rule, beside what its statement does.
constexpr std::uint64_t steps_of_message = 100;
constexpr std::uint64_t steps_of_rule = 20;
// Of JSON that is parsed.
constexpr std::uint64_t parsed_bytes_per_step = 32;
constexpr std::size_t answer_bytes_max = 1024UL * 1024;

constexpr const char* function_action = "LambdaAction";

// What a function is given: JSON.
std::string event_of(const sql::ServiceCall& wanted) {
    return wanted.arguments.size() < 2 ? "{}" : to_json(wanted.arguments[1]);
}

}  // namespace

Evaluator::Evaluator(Parts parts, EvaluatorSettings settings)
    : parts_(parts), settings_(settings), asking_(parts.loop, "functions asked by rules") {
    for (std::size_t i = 0; i < settings_.threads; ++i) {
        lines_.push_back(std::make_unique<Line>(EvaluatorQueue::Bounds{
            .works_max = settings_.messages_max, .bytes_max = settings_.bytes_max}));
    }
}

Evaluator::~Evaluator() {
    is_stopping_ = true;
    parts_.lanes.let_go();
    lines_.clear();  // joins
}

Evaluator::Line& Evaluator::line_of(const Message& message) {
    return *lines_[std::hash<std::string>{}(message.topic) % lines_.size()];
}

bool Evaluator::take(FindingPtr finding, MessagePtr message) {
    return put(Arrived{std::move(finding), std::move(message)}, Bounded::Yes);
}

void Evaluator::take_failed(ExecutionPtr failed) {
    if (!failed->rule->error_action || failed->is_of_error_action) return;
    const Execution& execution = *failed;
    if (!put(failed, Bounded::No)) drop(execution);
}

void Evaluator::take_again(Backlog::Ready ready) {
    BacklogEntry& entry = ready.entry;
    if (entry.failed) {
        entry.failed->rule = entry.rule;
        entry.failed->turn = std::move(ready.turn);
        entry.failed->number = entry.number;
        put(std::move(entry.failed), Bounded::No);
    } else {
        put(Again{std::move(entry.rule), std::move(entry.message), entry.number,
                  std::move(ready.turn)},
            Bounded::No);
    }
}

void Evaluator::take_back(Arrived parked) {
    put(std::move(parked), Bounded::No);
}

void Evaluator::drop(const Execution& failed) {
    if (is_stopping_) return;
    failed.rule->counts->of_action(failed.rule->error_action->action->name())
        .error_action_failure.add();
    parts_.reports.throttled(*failed.message, "too many failures wait for their error actions");
}

// What waits for its turn again is taken in any case, since it was taken once; but each message may
// come to as many failures as it has rules.
bool Evaluator::put(Work work, Bounded bounded) {
    const MessagePtr message = message_of(work);
    const auto* const failed = std::get_if<ExecutionPtr>(&work);
    Line& line = line_of(*message);
    {
        const auto queue = line.queue.lock();
        if (is_stopping_) return false;
        if (bounded == Bounded::Yes && !queue->has_room(*message)) return false;
        if (failed != nullptr && !(*failed)->is_pledged() &&
            !queue->has_room_for_failure(**failed)) {
            return false;
        }
        queue->put(std::move(work));
        if (std::exchange(queue->is_served, true)) return true;
    }
    // There is room: no line has more than one of these.
    return line.pool.post([this, &line] { serve(line); });
}

void Evaluator::serve(Line& line) {
    std::optional<Work> work;
    std::uint64_t steps = 0;
    for (;;) {
        Arrived* const begun = work ? std::get_if<Arrived>(&*work) : nullptr;
        const bool goes_on = begun != nullptr && !begun->is_done();
        // What is done is let go of before anybody has to wait for it.
        if (!goes_on) work.reset();
        {
            const auto queue = line.queue.lock();
            if (is_stopping_) queue->clear();
            queue->spend(steps);
            if (goes_on && !is_stopping_) queue->put_back(std::move(*begun));
            work = queue->take();
            if (!work) {
                queue->is_served = false;
                return;
            }
        }
        steps = work_on(*work);
    }
}

// Memory that runs out is the message's failure, not the server's. What was promised is kept on
// disk, for the next start.
void Evaluator::no_memory(const Message& message) {
    message.hold.leave();
    parts_.reports.throttled(message, "there is no memory for the rules' statements");
}

std::uint64_t Evaluator::work_on(Work& work) {
    const MessagePtr message = message_of(work);
    try {
        return std::visit([this](auto& each) { return work_on(each); }, work);
    } catch (const std::bad_alloc&) {
        no_memory(*message);
        // It would be no better the next time.
        work = ExecutionPtr();
        return 0;
    }
}

std::shared_ptr<const Reading> Evaluator::read(MessagePtr message) {
    payloads_read_.fetch_add(1, std::memory_order_relaxed);
    return std::make_shared<const Reading>(std::move(message), parts_.clock.wall_now());
}

// Until its tenant's turn is over.
std::uint64_t Evaluator::work_on(Arrived& arrived) {
    const Message& message = *arrived.message;
    if (arrived.finding->is_assured() && message.hold.is_held() && !arrived.was_parked &&
        parts_.backlog.is_full(message.tenant)) {
        parts_.backlog.park(std::exchange(arrived, Arrived{nullptr, nullptr}));
        return steps_of_message;
    }
    std::uint64_t steps = 0;
    if (!arrived.reading) {
        arrived.reading = read(arrived.message);
        steps += steps_of_message + message.payload.size() / parsed_bytes_per_step;
    }
    while (!arrived.is_done() && steps < EvaluatorQueue::steps_per_turn && !is_stopping_) {
        const CompiledRule& rule = *arrived.finding->rules[arrived.next++];
        // One rule's memory that runs out is no other's failure.
        try {
            steps += begin(arrived, rule);
        } catch (const std::bad_alloc&) {
            no_memory(message);
        }
    }
    return steps;
}

std::uint64_t Evaluator::begin(const Arrived& arrived, const CompiledRule& rule) {
    const Reading& reading = *arrived.reading;
    rule.counts->topic_match.add();
    if (!reading.is_json() && rule.program.reads_payload()) rule.counts->parse_error.add();
    parts_.reports.matched(*arrived.message, rule.facts->name);
    RulePtr shared(arrived.finding->set, &rule);
    const bool is_pledged =
        rule.assurance == Assurance::AtLeastOnce && arrived.message->hold.is_held();
    const std::uint64_t number = is_pledged ? parts_.backlog.next_number() : 0;
    if (is_pledged && parts_.backlog.is_before(rule)) {
        parts_.backlog.put(
            {.rule = std::move(shared), .message = arrived.message, .number = number});
        return steps_of_rule;
    }
    auto run = std::make_unique<RuleRun>(arrived.reading, std::move(shared), &is_stopping_);
    run->take_place(number, nullptr);
    return go_on(std::move(run));
}

std::uint64_t Evaluator::work_on(Again& again) {
    const std::uint64_t steps =
        steps_of_message + again.message->payload.size() / parsed_bytes_per_step;
    auto run = std::make_unique<RuleRun>(read(again.message), std::move(again.rule), &is_stopping_);
    run->take_place(again.number, std::move(again.turn));
    return steps + go_on(std::move(run));
}

std::uint64_t Evaluator::work_on(Answered& answered) {
    const std::uint64_t steps = answered.answer.size() / parsed_bytes_per_step;
    if (!answered.is_given_up) {
        auto value = sql::Value::parse(answered.answer, answered.run->rule().program.version());
        if (value.is_undefined()) {
            answered.run->give_up({function_action, std::move(answered.function_arn),
                                   "the function's answer is no JSON", ErrorKind::InvalidInput});
        } else {
            answered.run->answer(std::move(value));
        }
    }
    return steps + go_on(std::move(answered.run));
}

std::uint64_t Evaluator::work_on(ExecutionPtr& failed) {
    const std::uint64_t steps =
        steps_of_message + failed->message->payload.size() / parsed_bytes_per_step;
    return steps + go_on(std::make_unique<RuleRun>(
                       RuleRun::of_error_action(read(failed->message), failed, &is_stopping_)));
}

// Memory that runs out is this rule's failure, and no other's.
std::optional<sql::ServiceCall> Evaluator::evaluate(RuleRun& run) {
    try {
        return run.go_on(parts_.random);
    } catch (const std::bad_alloc&) {
        run.reading().message().hold.leave();
        run.give_up({statement_action, "", "there is no memory for it", ErrorKind::LimitExceeded});
        return std::nullopt;
    }
}

std::uint64_t Evaluator::go_on(std::unique_ptr<RuleRun> run) {
    parts_.lanes.wait_for_room();
    const std::uint64_t spent_before = run->spent();
    auto wanted = is_stopping_ ? std::nullopt : evaluate(*run);
    // What was broken off has not failed.
    if (is_stopping_) return 0;
    const std::uint64_t steps = steps_of_rule + run->spent() - spent_before;
    if (!wanted) {
        finish(*run);
        return steps;
    }
    ++to_ask_;
    parts_.loop.post([this, run = std::move(run), wanted = std::move(*wanted)]() mutable {
        if (!is_stopping_) begin_to_ask(std::move(run), std::move(wanted));
        --to_ask_;
    });
    return steps;
}

// On the loop, where memory that runs out is the message's failure, too.
void Evaluator::begin_to_ask(std::unique_ptr<RuleRun> run, sql::ServiceCall wanted) {
    const MessagePtr message = run->reading().shared_message();
    const std::size_t bytes = message->bytes() + run->made_bytes();
    const bool has_room = asking_.running() < functions_asked_max &&
                          (asking_bytes_ == 0 || asking_bytes_ + bytes <= settings_.bytes_max);
    if (has_room) asking_bytes_ += bytes;
    try {
        if (has_room) return asking_.start(ask(std::move(run), std::move(wanted), bytes));
        run->give_up({function_action, "", "too many functions are asked by rules already",
                      ErrorKind::Throttled});
        finish(*run);
    } catch (const std::bad_alloc&) {
        if (has_room) asking_bytes_ -= bytes;
        no_memory(*message);
    }
}

// A rule that comes once more was told of already.
void Evaluator::tell_failures(const RuleRun& run, const Execution& execution) {
    if (execution.turn && execution.turn->was_evaluated()) return;
    if (!execution.is_of_error_action) run.rule().counts->executed.add();
    for (const ActionFailure& failure : execution.failures) {
        parts_.reports.failed(run.reading().message(), run.rule().facts->name, failure);
        ActionCounts& counts = run.rule().counts->of_action(failure.action);
        (execution.is_of_error_action ? counts.error_action_failure : counts.failure).add();
    }
}

void Evaluator::finish(RuleRun& run) {
    if (!run.matches()) return;
    RuleRun::Results results = run.take();
    tell_failures(run, *results.execution);
    if (!results.jobs.empty()) return parts_.lanes.put(std::move(results.jobs));
    results.execution->turn.reset();
    results.execution->number = 0;
    if (!results.execution->failures.empty()) take_failed(std::move(results.execution));
}

// aws_lambda(ARN, EVENT), the only function of its kind that is answered.
async::Task<void> Evaluator::ask(std::unique_ptr<RuleRun> run, sql::ServiceCall wanted,
                                 std::size_t bytes) {
    const MessagePtr message = run->reading().shared_message();
    try {
        put(co_await answered(std::move(run), std::move(wanted)), Bounded::No);
    } catch (const std::bad_alloc&) {
        no_memory(*message);
    }
    asking_bytes_ -= bytes;
}

async::Task<Answered> Evaluator::answered(std::unique_ptr<RuleRun> run, sql::ServiceCall wanted) {
    const Message& message = run->reading().message();
    const auto text = wanted.arguments.empty() ? std::nullopt : text_of(wanted.arguments.front());
    const std::string function_arn = text.value_or("");
    FunctionCall call{.tenant = message.tenant,
                      .function_arn = function_arn,
                      .rule_arn = run->rule().facts->arn,
                      .payload = event_of(wanted),
                      .trace_id = message.trace_id};
    auto answer = co_await parts_.functions->ask(std::move(call),
                                                 Deadline::after(parts_.clock, settings_.ask_max));
    if (answer && answer->size() > answer_bytes_max) {
        answer = fail(ErrorKind::LimitExceeded,
                      fmt::format("the function's answer has over {} bytes", answer_bytes_max));
    }
    parts_.reports.function_executed(message, run->rule().facts->name, function_arn, answer);
    if (answer) co_return Answered{std::move(run), function_arn, std::move(*answer)};
    run->give_up({function_action, function_arn, answer.error().message, answer.error().kind});
    co_return Answered{.run = std::move(run), .is_given_up = true};
}

bool Evaluator::is_idle() const {
    return to_ask_ == 0 && asking_.running() == 0 &&
           std::ranges::none_of(lines_,
                                [](const auto& line) { return line->queue.lock()->is_served; });
}

async::Task<void> Evaluator::stop() {
    is_stopping_ = true;
    parts_.lanes.let_go();
    co_await asking_.join(Deadline::never());
}

}  // namespace gatehouse::rules
