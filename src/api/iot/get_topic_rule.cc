#include "api/iot/get_topic_rule.h"

#include "api/iot/errors.h"
#include "api/iot/topic_rule_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<GetTopicRuleResponse>> GetTopicRule::handle(
    const Caller& caller, GetTopicRuleRequest request) const {
    const rules::RuleName name(std::move(request.rule_name));
    const auto rule = co_await rules.run(
        [&](rules::TopicRuleRecords& records) { return records.get(caller.tenant, name); });
    if (!rule) co_return failure_of(rule.error());
    co_return GetTopicRuleResponse{.rule_arn = rule->arn(), .rule = shape_of(*rule)};
}

}  // namespace gatehouse::api::iot
