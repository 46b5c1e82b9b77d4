// CreateTopicRule: makes a topic rule, in force for the next message.
// Source: AWS IoT API Reference, CreateTopicRule.
#pragma once

#include "api/endpoint.h"
#include "api/iot/rule_destinations.h"
#include "api/shapes/iot/create_topic_rule.h"
#include "rules/topic_rules.h"

namespace gatehouse::api::iot {

struct CreateTopicRule {
    using Shape = CreateTopicRuleShape;

    rules::TopicRules& rules;
    RuleDestinations destinations;

    async::Task<wire::Outcome<CreateTopicRuleResponse>> handle(
        const Caller& caller, CreateTopicRuleRequest request) const;
};

}  // namespace gatehouse::api::iot
