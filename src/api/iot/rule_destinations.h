// The destinations that a rule's http actions need: those that are not there are made, and their
// endpoints asked to confirm them, as CreateTopicRule does on AWS.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "api/caller.h"
#include "api/iot/iot_service.h"
#include "registry/refusal.h"

namespace gatehouse::api::iot {

class RuleDestinations {
public:
    RuleDestinations(registry::TopicRuleDestinations& destinations, ChallengeDestination challenge)
        : destinations_(destinations), challenge_(std::move(challenge)) {}

    // Writes a rule; the batch makes the destinations that it needs along with it.
    using WriteRule = std::function<async::Task<registry::Outcome<void>>(storage::Batch along)>;

    // Has the rule written once, and its endpoints asked; of the rule and its destinations, all are
    // made or none. The errors of `write`.
    async::Task<registry::Outcome<void>> write_with(const Caller& caller,
                                                    std::vector<std::string> urls,
                                                    WriteRule write) const;

private:
    async::Task<registry::Outcome<void>> try_with(const Caller& caller,
                                                  const std::vector<std::string>& urls,
                                                  const WriteRule& write) const;

    registry::TopicRuleDestinations& destinations_;
    const ChallengeDestination challenge_;
};

}  // namespace gatehouse::api::iot
