// DisableTopicRule: a topic rule does not run until it is enabled.
// Source: AWS IoT API Reference, DisableTopicRule.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/disable_topic_rule.h"
#include "rules/topic_rules.h"

namespace gatehouse::api::iot {

struct DisableTopicRule {
    using Shape = DisableTopicRuleShape;

    rules::TopicRules& rules;

    async::Task<wire::Outcome<DisableTopicRuleResponse>> handle(
        const Caller& caller, DisableTopicRuleRequest request) const;
};

}  // namespace gatehouse::api::iot
