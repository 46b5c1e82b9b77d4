// The destinations that a rule's http actions need: those that are not there are made, and their
// endpoints asked to confirm them, as CreateTopicRule does on AWS.
#pragma once

#include <string>
#include <vector>

#include "api/caller.h"
#include "api/iot/iot_service.h"
#include "registry/refusal.h"

namespace gatehouse::api::iot {

struct RuleDestinations {
    registry::TopicRuleDestinations& destinations;
    ChallengeDestination challenge;

    // LimitExceeded, ServiceUnavailable: not all could be made.
    async::Task<registry::Outcome<void>> begin(const Caller& caller,
                                               std::vector<std::string> urls) const;
};

}  // namespace gatehouse::api::iot
