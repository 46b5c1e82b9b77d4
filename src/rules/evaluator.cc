#include "rules/evaluator.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <new>
#include <utility>

namespace gatehouse::rules {
namespace {

constexpr std::size_t functions_asked_max = 1000;  // at once
constexpr std::size_t works_at_once = 64;

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
    put(std::move(failed), Bounded::No);
}

// What waits for its turn again is taken in any case: there is no more of it than was taken once,
// and while it waits there is less room for what is new.
bool Evaluator::put(Work work, Bounded bounded) {
    const MessagePtr& message = message_of(work);
    Line& line = line_of(*message);
    {
        const auto queue = line.queue.lock();
        if (is_stopping_) return false;
        if (bounded == Bounded::Yes && !queue->has_room(*message)) return false;
        queue->put(std::move(work));
        if (std::exchange(queue->is_served, true)) return true;
    }
    // There is room: no line has more than one of these.
    return line.pool.post([this, &line] { serve(line); });
}

void Evaluator::serve(Line& line) {
    std::vector<Work> works;
    for (;;) {
        works.clear();
        {
            const auto queue = line.queue.lock();
            if (is_stopping_) queue->clear();
            queue->take(works, works_at_once);
            if (works.empty()) {
                queue->is_served = false;
                return;
            }
        }
        for (Work& work : works) {
            if (is_stopping_) break;
            work_on(work);
            // It is let go of now, not when all of them are done.
            work = ExecutionPtr();
        }
    }
}

// Memory that runs out is the message's failure, not the server's.
void Evaluator::work_on(Work& work) {
    const MessagePtr message = message_of(work);
    try {
        std::visit([this](auto& each) { work_on(each); }, work);
    } catch (const std::bad_alloc&) {
        parts_.reports.throttled(*message, "there is no memory for the rules' statements");
    }
}

std::shared_ptr<const Reading> Evaluator::read(MessagePtr message) {
    payloads_read_.fetch_add(1, std::memory_order_relaxed);
    return std::make_shared<const Reading>(std::move(message), parts_.clock.wall_now());
}

void Evaluator::work_on(Arrived& arrived) {
    const auto reading = read(arrived.message);
    const std::shared_ptr<const RuleSet>& set = arrived.finding->set;
    for (const CompiledRule* const rule : arrived.finding->rules) {
        parts_.lanes.wait_for_room();
        if (is_stopping_) return;
        rule->counts->topic_match.add();
        if (!reading->is_json() && rule->program.reads_payload()) rule->counts->parse_error.add();
        parts_.reports.matched(*arrived.message, rule->facts->name);
        go_on(std::make_unique<RuleRun>(reading, RulePtr(set, rule)));
    }
}

void Evaluator::work_on(Answered& answered) {
    go_on(std::move(answered.run));
}

void Evaluator::work_on(ExecutionPtr& failed) {
    go_on(std::make_unique<RuleRun>(RuleRun::of_error_action(read(failed->message), *failed)));
}

// Memory that runs out is this rule's failure, and no other's.
std::optional<sql::ServiceCall> Evaluator::evaluate(RuleRun& run) {
    try {
        return run.go_on(parts_.random);
    } catch (const std::bad_alloc&) {
        run.give_up({statement_action, "", "there is no memory for it", ErrorKind::LimitExceeded});
        return std::nullopt;
    }
}

void Evaluator::go_on(std::unique_ptr<RuleRun> run) {
    auto wanted = evaluate(*run);
    if (!wanted) return finish(*run);
    ++to_ask_;
    parts_.loop.post([this, run = std::move(run), wanted = std::move(*wanted)]() mutable {
        if (!is_stopping_) begin_to_ask(std::move(run), std::move(wanted));
        --to_ask_;
    });
}

void Evaluator::begin_to_ask(std::unique_ptr<RuleRun> run, sql::ServiceCall wanted) {
    const std::size_t bytes = run->reading().message().bytes() + run->made_bytes();
    if (asking_.running() >= functions_asked_max ||
        (asking_bytes_ != 0 && asking_bytes_ + bytes > settings_.bytes_max)) {
        run->give_up({"LambdaAction", "", "too many functions are asked by rules already",
                      ErrorKind::Throttled});
        return finish(*run);
    }
    asking_bytes_ += bytes;
    asking_.start(ask(std::move(run), std::move(wanted), bytes));
}

void Evaluator::finish(RuleRun& run) {
    if (!run.matches()) return;
    RuleRun::Results results = run.take();
    if (!results.execution->is_of_error_action) run.rule().counts->executed.add();
    for (const ActionFailure& failure : results.execution->failures) {
        parts_.reports.failed(run.reading().message(), run.rule().facts->name, failure);
        ActionCounts& counts = run.rule().counts->of_action(failure.action);
        (results.execution->is_of_error_action ? counts.error_action_failure : counts.failure)
            .add();
    }
    if (!results.jobs.empty()) return parts_.lanes.put(std::move(results.jobs));
    if (!results.execution->failures.empty()) take_failed(std::move(results.execution));
}

// aws_lambda(ARN, EVENT), the only function of its kind that is answered.
async::Task<void> Evaluator::ask(std::unique_ptr<RuleRun> run, sql::ServiceCall wanted,
                                 std::size_t bytes) {
    const Message& message = run->reading().message();
    const auto function_arn =
        wanted.arguments.empty() ? std::nullopt : text_of(wanted.arguments.front());
    FunctionCall call{.tenant = message.tenant,
                      .function_arn = function_arn.value_or(""),
                      .rule_arn = run->rule().facts->arn,
                      .payload = event_of(wanted),
                      .trace_id = message.trace_id};
    const auto answer = co_await parts_.functions->ask(
        std::move(call), Deadline::after(parts_.clock, settings_.ask_max));
    parts_.reports.function_executed(message, run->rule().facts->name, function_arn.value_or(""),
                                     answer);
    if (answer) {
        run->answer(sql::Value::parse(*answer, run->rule().program.version()));
    } else {
        run->give_up({"LambdaAction", function_arn.value_or(""), answer.error().message,
                      answer.error().kind});
    }
    asking_bytes_ -= bytes;
    put(Answered{std::move(run)}, Bounded::No);
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
