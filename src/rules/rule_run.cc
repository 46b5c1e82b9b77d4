#include "rules/rule_run.h"

#include <fmt/format.h>

#include <cstdint>
#include <utility>

namespace gatehouse::rules {

namespace {

// Whether the error action may ask for what SET came to, and there is a chance to know it.
bool needs_variables(const Execution& failed) {
    const CompiledRule& rule = *failed.rule;
    return !rule.program.variable_names().empty() && !rule.error_action->texts.empty() &&
           !failed.failures.empty() && failed.failures.front().action != statement_action;
}

}  // namespace

RuleRun::RuleRun(std::shared_ptr<const Reading> reading, RulePtr rule,
                 const std::atomic<bool>* stop)
    : reading_(std::move(reading)),
      rule_(std::move(rule)),
      stop_(stop),
      effort_(reading_->message().payload.size(), stop) {}

RuleRun RuleRun::of_error_action(std::shared_ptr<const Reading> reading, const ExecutionPtr& failed,
                                 const std::atomic<bool>* stop) {
    RuleRun made(std::move(reading), failed->rule, stop);
    made.is_of_error_action_ = true;
    made.payload_ = std::make_shared<const std::string>(error_payload(*failed));
    made.matches_ = true;
    made.is_selected_ = !needs_variables(*failed);
    made.variables_.resize(failed->rule->program.variable_names().size());
    made.turn_ = std::exchange(failed->turn, nullptr);
    made.number_ = failed->number;
    made.failed_ = failed;
    return made;
}

std::optional<sql::ServiceCall> RuleRun::go_on(Random& random) {
    // The variables of SET may be in its texts, so the statement is run for an error action then;
    // where it would have to ask somebody there are none.
    effort_.rest();
    if (!is_selected_) {
        if (auto wanted = run_statement(random)) return wanted;
    }
    if (!matches_) return std::nullopt;
    return fill_texts(random);
}

std::optional<sql::ServiceCall> RuleRun::run_statement(Random& random) {
    auto outcome = rule_->program.run(reading_->view(), random, effort_, answers_);
    if (!outcome && !is_of_error_action_) {
        give_up({statement_action, "", std::move(outcome.error().message), outcome.error().kind});
        return std::nullopt;
    }
    if (outcome && outcome->wanted && !is_of_error_action_) return std::move(outcome->wanted);
    is_selected_ = true;
    answers_.clear();
    if (outcome) variables_ = std::move(outcome->variables);
    if (is_of_error_action_) {
        variables_.resize(rule_->program.variable_names().size());
        spent_before_ = effort_.spent();
        effort_ = sql::Effort(reading_->message().payload.size(), stop_);
        return std::nullopt;
    }
    matches_ = outcome->matches;
    // What is not made anew is what came.
    is_json_ = !outcome->payload.empty() &&
               (reading_->is_json() || outcome->payload != reading_->message().payload);
    payload_ = std::make_shared<const std::string>(std::move(outcome->payload));
    return std::nullopt;
}

const ActionSlot* RuleRun::slot() const {
    if (is_of_error_action_) return slot_ == 0 ? &*rule_->error_action : nullptr;
    return slot_ < rule_->actions.size() ? &rule_->actions[slot_] : nullptr;
}

std::optional<sql::ServiceCall> RuleRun::fill_texts(Random& random) {
    for (; const ActionSlot* const now = slot(); ++slot_) {
        while (texts_.size() < now->texts.size()) {
            if (auto wanted = fill_text(now->texts[texts_.size()], random)) return wanted;
        }
        add_job(*now);
    }
    return std::nullopt;
}

// Puts the text behind the others of this slot, unless somebody has to be asked.
std::optional<sql::ServiceCall> RuleRun::fill_text(const ActionTexts::Declared& declared,
                                                   Random& random) {
    auto filled = declared.filling.fill(reading_->view(), variables_, random, effort_, answers_);
    if (filled && filled->wanted) return std::move(filled->wanted);
    answers_.clear();
    const auto cannot = [&](std::string why, ErrorKind kind) {
        if (!unfilled_) unfilled_ = ActionFailure{"", "", std::move(why), kind};
        texts_.emplace_back();
    };
    if (!filled) {
        cannot(std::move(filled.error().message), filled.error().kind);
    } else if (!filled->undefined) {
        texts_.push_back(std::move(filled->text));
    } else if (declared.on_undefined == OnUndefined::Fail) {
        cannot(fmt::format("${{{}}} is Undefined for this message", *filled->undefined),
               ErrorKind::InvalidInput);
    } else {
        texts_.emplace_back();
    }
    return std::nullopt;
}

void RuleRun::add_job(const ActionSlot& slot) {
    Job job{.message = reading_->shared_message(),
            .rule = rule_->facts,
            .payload = payload_,
            .is_json = is_json_,
            .texts = std::exchange(texts_, {})};
    if (unfilled_) {
        unfilled_->action = slot.action->name();
        unfilled_->resource = slot.action->resource(job);
        unfilled_->resources = slot.action->resources(job);
        failures_.push_back(*std::exchange(unfilled_, std::nullopt));
        return;
    }
    jobs_.push_back({slot.lane, std::move(job), nullptr});
}

std::size_t RuleRun::made_bytes() const {
    std::size_t bytes = sizeof(*this) + (payload_ ? payload_->size() : 0);
    for (const Dispatched& each : jobs_) bytes += each.job.bytes();
    for (const std::string& each : texts_) bytes += each.size();
    for (const sql::Value& each : answers_) bytes += each.json_bytes(SIZE_MAX);
    return bytes;
}

void RuleRun::answer(sql::Value value) {
    answers_.push_back(std::move(value));
}

void RuleRun::give_up(ActionFailure failure) {
    matches_ = is_selected_ = true;
    jobs_.clear();
    failures_.clear();
    failures_.push_back(std::move(failure));
    slot_ = is_of_error_action_ ? 1 : rule_->actions.size();
}

RuleRun::Results RuleRun::take() {
    auto execution = std::make_shared<Execution>();
    execution->rule = rule_;
    execution->message = reading_->shared_message();
    execution->under_way = jobs_.size();
    execution->failures = std::move(failures_);
    execution->is_of_error_action = is_of_error_action_;
    execution->turn = std::move(turn_);
    execution->number = number_;
    // They are held until the error action is through, too.
    if (failed_) execution->others = failed_->others;
    execution->failed = std::move(failed_);
    for (Dispatched& each : jobs_) each.execution = execution;
    return {std::move(execution), std::move(jobs_)};
}

}  // namespace gatehouse::rules
