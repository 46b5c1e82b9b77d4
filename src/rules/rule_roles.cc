#include "rules/rule_roles.h"

#include <utility>
#include <vector>

namespace gatehouse::rules {
namespace {

constexpr std::size_t role_answers_max = 4096;
constexpr std::chrono::seconds role_answer_life{5};

}  // namespace

iam::ServiceRoleRequest role_request(const Tenant& tenant, std::string role_arn) {
    return {.service = std::string(rules_service),
            .tenant = tenant,
            .role_arn = std::move(role_arn),
            .session = "topic-rule",
            .context = {{"aws:SourceAccount", {tenant.account.value()}, ""}}};
}

async::Task<Result<void>> RuleRoles::check(Tenant tenant, std::string role_arn, std::string action,
                                           std::string resource) {
    Question question(tenant, role_arn, action, resource);
    const auto known = known_.find(question);
    if (known != known_.end() && clock_.steady_now() < known->second.until) {
        co_return known->second.answer;
    }
    std::vector<iam::RoleAction> actions;
    actions.push_back({std::move(action), {std::move(resource)}});
    Result<void> answer = co_await roles_.check_for_service(
        role_request(tenant, std::move(role_arn)), std::move(actions));
    if (known_.size() >= role_answers_max) known_.clear();
    // Only what was decided is kept.
    if (answer || answer.error().kind == ErrorKind::NotAllowed) {
        known_.insert_or_assign(std::move(question),
                                Known{answer, clock_.steady_now() + role_answer_life});
    }
    co_return answer;
}

}  // namespace gatehouse::rules
