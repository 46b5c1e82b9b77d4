// ReplaceTopicRule: gives a topic rule another statement and other actions.
// Source: AWS IoT API Reference, ReplaceTopicRule.
#pragma once

#include "api/endpoint.h"
#include "api/iot/rule_destinations.h"
#include "api/shapes/iot/replace_topic_rule.h"
#include "rules/topic_rules.h"

namespace gatehouse::api::iot {

struct ReplaceTopicRule {
    using Shape = ReplaceTopicRuleShape;

    rules::TopicRules& rules;
    RuleDestinations destinations;

    async::Task<wire::Outcome<ReplaceTopicRuleResponse>> handle(
        const Caller& caller, ReplaceTopicRuleRequest request) const;
};

}  // namespace gatehouse::api::iot
