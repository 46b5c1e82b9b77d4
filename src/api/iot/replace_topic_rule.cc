#include "api/iot/replace_topic_rule.h"

#include "api/iot/errors.h"
#include "api/iot/topic_rule_shapes.h"
#include "rules/targets/http_action.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<ReplaceTopicRuleResponse>> ReplaceTopicRule::handle(
    const Caller& caller, ReplaceTopicRuleRequest request) const {
    auto payload = payload_of(std::move(request.topic_rule_payload));
    if (!payload) co_return failure_of(payload.error());
    auto urls = rules::confirmation_urls(*payload);
    const auto replaced = co_await rules.replace(
        caller.tenant, rules::RuleName(std::move(request.rule_name)), std::move(*payload));
    if (!replaced) co_return failure_of(replaced.error());
    if (auto begun = co_await destinations.begin(caller, std::move(urls)); !begun) {
        co_return failure_of(begun.error());
    }
    co_return ReplaceTopicRuleResponse{};
}

}  // namespace gatehouse::api::iot
