// The address that an endpoint may call instead of ConfirmTopicRuleDestination: `enableUrl` of the
// message that asks it for its confirmation. The token in it is all the proof that it needs. A call
// that is signed is the operation, which IAM judges.
#pragma once

#include "api/api.h"
#include "registry/topic_rule_destinations.h"

namespace gatehouse::api::iot {

// Below registry::confirm_destination_path. The destinations must outlive it.
OpenEndpoint destination_link(registry::TopicRuleDestinations& destinations);

}  // namespace gatehouse::api::iot
