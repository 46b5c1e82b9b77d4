// DeleteTopicRule: removes a topic rule; nothing happens where there is none.
// Source: AWS IoT API Reference, DeleteTopicRule.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/delete_topic_rule.h"
#include "rules/topic_rules.h"

namespace gatehouse::api::iot {

struct DeleteTopicRule {
    using Shape = DeleteTopicRuleShape;

    rules::TopicRules& rules;

    async::Task<wire::Outcome<DeleteTopicRuleResponse>> handle(
        const Caller& caller, DeleteTopicRuleRequest request) const;
};

}  // namespace gatehouse::api::iot
