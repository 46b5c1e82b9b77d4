#include "api/iot/confirm_topic_rule_destination.h"

#include "api/iot/errors.h"

namespace gatehouse::api::iot {

// The token is the proof: of whom it comes does not count.
async::Task<wire::Outcome<ConfirmTopicRuleDestinationResponse>> ConfirmTopicRuleDestination::handle(
    const Caller& /*caller*/, ConfirmTopicRuleDestinationRequest request) const {
    const auto confirmed =
        co_await destinations.change([&](registry::TopicRuleDestinationRecords& records) {
            return records.confirm(request.confirmation_token);
        });
    if (!confirmed) co_return failure_of(confirmed.error());
    co_return ConfirmTopicRuleDestinationResponse{};
}

}  // namespace gatehouse::api::iot
