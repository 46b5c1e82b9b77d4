// ConfirmTopicRuleDestination: enables the destination that the token was sent to.
// Source: AWS IoT API Reference, ConfirmTopicRuleDestination.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/confirm_topic_rule_destination.h"
#include "registry/topic_rule_destinations.h"

namespace gatehouse::api::iot {

struct ConfirmTopicRuleDestination {
    using Shape = ConfirmTopicRuleDestinationShape;

    registry::TopicRuleDestinations& destinations;

    async::Task<wire::Outcome<ConfirmTopicRuleDestinationResponse>> handle(
        const Caller& caller, ConfirmTopicRuleDestinationRequest request) const;
};

}  // namespace gatehouse::api::iot
