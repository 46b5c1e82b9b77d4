#include "api/iot/update_topic_rule_destination.h"

#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<UpdateTopicRuleDestinationResponse>> UpdateTopicRuleDestination::handle(
    const Caller& caller, UpdateTopicRuleDestinationRequest request) const {
    if (request.status == TopicRuleDestinationStatus::Error ||
        request.status == TopicRuleDestinationStatus::Deleting) {
        co_return failure_of(
            registry::refuse_field("status",
                                   "a destination can be set ENABLED, DISABLED or IN_PROGRESS")
                .error());
    }
    if (request.status == TopicRuleDestinationStatus::InProgress) {
        auto made =
            co_await destinations.change([&](registry::TopicRuleDestinationRecords& records) {
                return records.challenge(caller.tenant, request.arn);
            });
        if (!made) co_return failure_of(made.error());
        challenge(std::move(*made), caller.origin);
        co_return UpdateTopicRuleDestinationResponse{};
    }
    const auto changed =
        co_await destinations.change([&](registry::TopicRuleDestinationRecords& records) {
            return request.status == TopicRuleDestinationStatus::Enabled
                       ? records.enable(caller.tenant, request.arn)
                       : records.disable(caller.tenant, request.arn);
        });
    if (!changed) co_return failure_of(changed.error());
    co_return UpdateTopicRuleDestinationResponse{};
}

}  // namespace gatehouse::api::iot
