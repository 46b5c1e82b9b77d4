// UpdateTopicRuleDestination: enables, disables, or asks the endpoint anew.
// Source: AWS IoT API Reference, UpdateTopicRuleDestination.
#pragma once

#include "api/endpoint.h"
#include "api/iot/iot_service.h"
#include "api/shapes/iot/update_topic_rule_destination.h"
#include "registry/topic_rule_destinations.h"

namespace gatehouse::api::iot {

struct UpdateTopicRuleDestination {
    using Shape = UpdateTopicRuleDestinationShape;

    registry::TopicRuleDestinations& destinations;
    ChallengeDestination challenge;

    async::Task<wire::Outcome<UpdateTopicRuleDestinationResponse>> handle(
        const Caller& caller, UpdateTopicRuleDestinationRequest request) const;
};

}  // namespace gatehouse::api::iot
