// CreateTopicRuleDestination: a destination, whose endpoint is asked to confirm it.
// Source: AWS IoT API Reference, CreateTopicRuleDestination.
#pragma once

#include "api/endpoint.h"
#include "api/iot/iot_service.h"
#include "api/shapes/iot/create_topic_rule_destination.h"
#include "registry/topic_rule_destinations.h"

namespace gatehouse::api::iot {

struct CreateTopicRuleDestination {
    using Shape = CreateTopicRuleDestinationShape;

    registry::TopicRuleDestinations& destinations;
    ChallengeDestination challenge;

    async::Task<wire::Outcome<CreateTopicRuleDestinationResponse>> handle(
        const Caller& caller, CreateTopicRuleDestinationRequest request) const;
};

}  // namespace gatehouse::api::iot
