#include "api/iot/get_topic_rule_destination.h"

#include "api/iot/destination_shapes.h"
#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<GetTopicRuleDestinationResponse>> GetTopicRuleDestination::handle(
    const Caller& caller, GetTopicRuleDestinationRequest request) const {
    const auto found =
        co_await destinations.read([&](registry::TopicRuleDestinationRecords& records) {
            return records.get(caller.tenant, request.arn);
        });
    if (!found) co_return failure_of(found.error());
    co_return GetTopicRuleDestinationResponse{
        .topic_rule_destination = shape_of(*found, destinations.clock().wall_now())};
}

}  // namespace gatehouse::api::iot
