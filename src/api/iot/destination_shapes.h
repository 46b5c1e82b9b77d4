// Topic rule destinations in the shapes of the API.
#pragma once

#include "api/shapes/iot/types/topic_rule_destination.h"
#include "api/shapes/iot/types/topic_rule_destination_summary.h"
#include "api/shapes/iot/types/vpc_destination_configuration.h"
#include "registry/topic_rule_destination.h"

namespace gatehouse::api::iot {

// `now`: a confirmation that was waited for too long by then has failed.
TopicRuleDestination shape_of(const registry::TopicRuleDestination& destination, WallTime now);
TopicRuleDestinationSummary summary_of(const registry::TopicRuleDestination& destination,
                                       WallTime now);

registry::VpcNetwork network_of(VpcDestinationConfiguration configuration);

}  // namespace gatehouse::api::iot
