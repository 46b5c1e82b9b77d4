#include "rules/rule_run.h"

#include <fmt/format.h>

#include <utility>

namespace gatehouse::rules {

RuleRun::RuleRun(std::shared_ptr<const Reading> reading, RulePtr rule)
    : reading_(std::move(reading)), rule_(std::move(rule)) {}

RuleRun RuleRun::of_error_action(std::shared_ptr<const Reading> reading, const Execution& failed) {
    RuleRun made(std::move(reading), failed.rule);
    made.is_of_error_action_ = true;
    made.payload_ = std::make_shared<const std::string>(error_payload(failed));
    made.matches_ = true;
    return made;
}

std::optional<sql::ServiceCall> RuleRun::go_on(Random& random) {
    // The variables of SET may be in its texts, so the statement is run for an error action, too;
    // where it would have to ask somebody there are none.
    if (!is_selected_) {
        if (auto wanted = run_statement(random)) return wanted;
    }
    if (!matches_) return std::nullopt;
    return fill_texts(random);
}

std::optional<sql::ServiceCall> RuleRun::run_statement(Random& random) {
    auto outcome = rule_->program.run(reading_->view(), random, answers_);
    if (outcome.wanted && !is_of_error_action_) return std::move(outcome.wanted);
    is_selected_ = true;
    answers_.clear();
    variables_ = std::move(outcome.variables);
    if (is_of_error_action_) {
        variables_.resize(rule_->program.variable_names().size());
        return std::nullopt;
    }
    matches_ = outcome.matches;
    // What is not made anew is what came.
    is_json_ = !outcome.payload.empty() &&
               (reading_->is_json() || outcome.payload != reading_->message().payload);
    payload_ = std::make_shared<const std::string>(std::move(outcome.payload));
    return std::nullopt;
}

const ActionSlot* RuleRun::slot() const {
    if (is_of_error_action_) return slot_ == 0 ? &*rule_->error_action : nullptr;
    return slot_ < rule_->actions.size() ? &rule_->actions[slot_] : nullptr;
}

std::optional<sql::ServiceCall> RuleRun::fill_texts(Random& random) {
    for (; const ActionSlot* const now = slot(); ++slot_) {
        while (texts_.size() < now->texts.size()) {
            const ActionTexts::Declared& declared = now->texts[texts_.size()];
            auto filled = declared.filling.fill(reading_->view(), variables_, random, answers_);
            if (filled.wanted) return std::move(filled.wanted);
            answers_.clear();
            if (filled.undefined && declared.on_undefined == OnUndefined::Fail && !undefined_) {
                undefined_ = std::move(filled.undefined);
            }
            texts_.push_back(filled.undefined ? std::string() : std::move(filled.text));
        }
        Job job{.message = reading_->shared_message(),
                .rule = rule_->facts,
                .payload = payload_,
                .is_json = is_json_,
                .texts = std::exchange(texts_, {})};
        if (undefined_) {
            failures_.push_back({std::string(now->action->name()), now->action->resource(job),
                                 fmt::format("${{{}}} is Undefined for this message",
                                             *std::exchange(undefined_, std::nullopt))});
            continue;
        }
        jobs_.push_back({now->lane, std::move(job), nullptr});
    }
    return std::nullopt;
}

void RuleRun::answer(sql::Value value) {
    answers_.push_back(std::move(value));
}

void RuleRun::give_up(ActionFailure failure) {
    matches_ = is_selected_ = true;
    jobs_.clear();
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
    for (Dispatched& each : jobs_) each.execution = execution;
    return {std::move(execution), std::move(jobs_)};
}

}  // namespace gatehouse::rules
