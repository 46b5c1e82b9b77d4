#include "rules/evaluator.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
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
        lines_.push_back(std::make_unique<Line>());
    }
}

Evaluator::~Evaluator() {
    is_stopping_ = true;
    lines_.clear();  // joins
}

Evaluator::Line& Evaluator::line_of(const Message& message) {
    return *lines_[std::hash<std::string>{}(message.topic) % lines_.size()];
}

bool Evaluator::take(FindingPtr finding, MessagePtr message) {
    Line& line = line_of(*message);
    const std::size_t bytes = message->payload.size() + message->topic.size();
    return put(line, Arrived{std::move(finding), std::move(message)}, bytes, true);
}

void Evaluator::take_failed(ExecutionPtr failed) {
    if (!failed->rule->error_action || failed->is_of_error_action) return;
    Line& line = line_of(*failed->message);
    put(line, std::move(failed), 0, false);
}

// What waits for its turn again is taken in any case: there is no more of it than was taken once.
bool Evaluator::put(Line& line, Work work, std::size_t bytes, bool is_bounded) {
    {
        const auto queue = line.queue.lock();
        if (is_stopping_) return false;
        if (is_bounded && (queue->waiting.size() >= settings_.messages_max ||
                           queue->bytes + bytes > settings_.bytes_max)) {
            return false;
        }
        queue->bytes += bytes;
        queue->waiting.push_back(std::move(work));
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
            if (is_stopping_) queue->waiting.clear();
            while (!queue->waiting.empty() && works.size() < works_at_once) {
                works.push_back(std::move(queue->waiting.front()));
                queue->waiting.pop_front();
                if (const auto* const arrived = std::get_if<Arrived>(&works.back())) {
                    queue->bytes -=
                        arrived->message->payload.size() + arrived->message->topic.size();
                }
            }
            if (works.empty()) {
                queue->is_served = false;
                return;
            }
        }
        for (Work& work : works) {
            std::visit([this](auto& each) { work_on(each); }, work);
        }
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

void Evaluator::go_on(std::unique_ptr<RuleRun> run) {
    auto wanted = run->go_on(parts_.random);
    if (!wanted) return finish(*run);
    parts_.loop.post([this, run = std::move(run), wanted = std::move(*wanted)]() mutable {
        if (is_stopping_) return;
        if (asking_.running() >= functions_asked_max) {
            run->give_up({"LambdaAction", "", "too many functions are asked by rules already"});
            return finish(*run);
        }
        asking_.start(ask(std::move(run), std::move(wanted)));
    });
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
async::Task<void> Evaluator::ask(std::unique_ptr<RuleRun> run, sql::ServiceCall wanted) {
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
        run->give_up({"LambdaAction", function_arn.value_or(""), answer.error().message});
    }
    Line& line = line_of(message);
    put(line, Answered{std::move(run)}, 0, false);
}

bool Evaluator::is_idle() const {
    return asking_.running() == 0 && std::ranges::none_of(lines_, [](const auto& line) {
               return line->queue.lock()->is_served;
           });
}

async::Task<void> Evaluator::stop() {
    is_stopping_ = true;
    co_await asking_.join(Deadline::never());
}

}  // namespace gatehouse::rules
