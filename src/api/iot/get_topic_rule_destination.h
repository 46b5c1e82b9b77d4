// GetTopicRuleDestination: a destination and its status.
// Source: AWS IoT API Reference, GetTopicRuleDestination.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/get_topic_rule_destination.h"
#include "registry/topic_rule_destinations.h"

namespace gatehouse::api::iot {

struct GetTopicRuleDestination {
    using Shape = GetTopicRuleDestinationShape;

    registry::TopicRuleDestinations& destinations;

    async::Task<wire::Outcome<GetTopicRuleDestinationResponse>> handle(
        const Caller& caller, GetTopicRuleDestinationRequest request) const;
};

}  // namespace gatehouse::api::iot
