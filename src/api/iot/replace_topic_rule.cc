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
    const rules::RuleName name(std::move(request.rule_name));
    const auto replaced =
        co_await destinations.write_with(caller, std::move(urls), [&](storage::Batch along) {
            return rules.replace(caller.tenant, name, *payload, std::move(along));
        });
    if (!replaced) co_return failure_of(replaced.error());
    co_return ReplaceTopicRuleResponse{};
}

}  // namespace gatehouse::api::iot
