// GetTopicRule: a topic rule as it was made.
// Source: AWS IoT API Reference, GetTopicRule.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/get_topic_rule.h"
#include "rules/topic_rules.h"

namespace gatehouse::api::iot {

struct GetTopicRule {
    using Shape = GetTopicRuleShape;

    rules::TopicRules& rules;

    async::Task<wire::Outcome<GetTopicRuleResponse>> handle(const Caller& caller,
                                                            GetTopicRuleRequest request) const;
};

}  // namespace gatehouse::api::iot
