#include "api/iot/delete_topic_rule_destination.h"

#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<DeleteTopicRuleDestinationResponse>> DeleteTopicRuleDestination::handle(
    const Caller& caller, DeleteTopicRuleDestinationRequest request) const {
    const auto removed =
        co_await destinations.change([&](registry::TopicRuleDestinationRecords& records) {
            return records.remove(caller.tenant, request.arn);
        });
    if (!removed) co_return failure_of(removed.error());
    co_return DeleteTopicRuleDestinationResponse{};
}

}  // namespace gatehouse::api::iot
