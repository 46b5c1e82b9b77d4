// ListTopicRules: topic rules by name.
// Source: AWS IoT API Reference, ListTopicRules.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/list_topic_rules.h"
#include "rules/topic_rules.h"

namespace gatehouse::api::iot {

struct ListTopicRules {
    using Shape = ListTopicRulesShape;

    rules::TopicRules& rules;

    async::Task<wire::Outcome<ListTopicRulesResponse>> handle(const Caller& caller,
                                                              ListTopicRulesRequest request) const;
};

}  // namespace gatehouse::api::iot
