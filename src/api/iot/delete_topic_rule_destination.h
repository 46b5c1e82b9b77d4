// DeleteTopicRuleDestination: rules post there no longer.
// Source: AWS IoT API Reference, DeleteTopicRuleDestination.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/delete_topic_rule_destination.h"
#include "registry/topic_rule_destinations.h"

namespace gatehouse::api::iot {

struct DeleteTopicRuleDestination {
    using Shape = DeleteTopicRuleDestinationShape;

    registry::TopicRuleDestinations& destinations;

    async::Task<wire::Outcome<DeleteTopicRuleDestinationResponse>> handle(
        const Caller& caller, DeleteTopicRuleDestinationRequest request) const;
};

}  // namespace gatehouse::api::iot
