#include "rules/rule_roles.h"

#include <utility>
#include <vector>

namespace gatehouse::rules {
namespace {

constexpr std::size_t role_answers_max = 4096;  // of one age
constexpr std::chrono::seconds role_answer_life{5};

}  // namespace

iam::ServiceRoleRequest role_request(const Tenant& tenant, std::string role_arn,
                                     std::string rule_arn) {
    return {.service = std::string(rules_service),
            .tenant = tenant,
            .role_arn = std::move(role_arn),
            .session = "topic-rule",
            .context = {{"aws:SourceAccount", {tenant.account.value()}, ""},
                        {"aws:SourceArn", {std::move(rule_arn)}, ""}}};
}

const RuleRoles::Known* RuleRoles::find(const Question& question) const {
    for (const Answers* const answers : {&newer_, &older_}) {
        if (const auto found = answers->find(question); found != answers->end()) {
            return &found->second;
        }
    }
    return nullptr;
}

void RuleRoles::keep(Question question, Known known) {
    if (newer_.size() >= role_answers_max) older_ = std::exchange(newer_, {});
    newer_.insert_or_assign(std::move(question), std::move(known));
}

async::Task<Result<void>> RuleRoles::check(std::shared_ptr<const RuleFacts> rule,
                                           std::string role_arn, std::optional<RoleNeed> need) {
    Question question(rule->arn, role_arn, need ? need->action : "", need ? need->resource : "");
    if (const Known* const known = find(question);
        known != nullptr && clock_.steady_now() < known->until) {
        co_return known->answer;
    }
    std::vector<iam::RoleAction> actions;
    if (need) actions.push_back({std::move(need->action), {std::move(need->resource)}});
    Result<void> answer = co_await roles_.check_for_service(
        role_request(rule->tenant, std::move(role_arn), rule->arn), std::move(actions));
    // Only what was decided is kept.
    if (answer || answer.error().kind == ErrorKind::NotAllowed) {
        keep(std::move(question), {answer, clock_.steady_now() + role_answer_life});
    }
    co_return answer;
}

}  // namespace gatehouse::rules
