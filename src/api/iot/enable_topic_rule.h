// EnableTopicRule: a topic rule runs again.
// Source: AWS IoT API Reference, EnableTopicRule.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/enable_topic_rule.h"
#include "rules/topic_rules.h"

namespace gatehouse::api::iot {

struct EnableTopicRule {
    using Shape = EnableTopicRuleShape;

    rules::TopicRules& rules;

    async::Task<wire::Outcome<EnableTopicRuleResponse>> handle(
        const Caller& caller, EnableTopicRuleRequest request) const;
};

}  // namespace gatehouse::api::iot
