// ListTopicRuleDestinations: the destinations of the account.
// Source: AWS IoT API Reference, ListTopicRuleDestinations.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/list_topic_rule_destinations.h"
#include "registry/topic_rule_destinations.h"

namespace gatehouse::api::iot {

struct ListTopicRuleDestinations {
    using Shape = ListTopicRuleDestinationsShape;

    registry::TopicRuleDestinations& destinations;

    async::Task<wire::Outcome<ListTopicRuleDestinationsResponse>> handle(
        const Caller& caller, ListTopicRuleDestinationsRequest request) const;
};

}  // namespace gatehouse::api::iot
