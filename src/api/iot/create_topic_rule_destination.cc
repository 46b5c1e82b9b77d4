#include "api/iot/create_topic_rule_destination.h"

#include "api/iot/destination_shapes.h"
#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<CreateTopicRuleDestinationResponse>> CreateTopicRuleDestination::handle(
    const Caller& caller, CreateTopicRuleDestinationRequest request) const {
    TopicRuleDestinationConfiguration& wanted = request.destination_configuration;
    if (wanted.vpc_configuration) {
        co_return failure_of(
            registry::refuse_field("vpcConfiguration",
                                   "destinations in a VPC are of Kafka actions, which are not done "
                                   "here")
                .error());
    }
    if (!wanted.http_url_configuration) {
        co_return failure_of(
            registry::refuse_field("destinationConfiguration", "httpUrlConfiguration is missing")
                .error());
    }
    const std::string url = std::move(wanted.http_url_configuration->confirmation_url);
    auto made = co_await destinations.change([&](registry::TopicRuleDestinationRecords& records) {
        return records.create(caller.tenant, url);
    });
    if (!made) co_return failure_of(made.error());
    CreateTopicRuleDestinationResponse response{
        .topic_rule_destination = shape_of(made->destination, destinations.clock().wall_now())};
    challenge(std::move(*made), caller.origin);
    co_return response;
}

}  // namespace gatehouse::api::iot
