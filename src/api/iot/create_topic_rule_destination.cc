#include "api/iot/create_topic_rule_destination.h"

#include "api/iot/destination_shapes.h"
#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<CreateTopicRuleDestinationResponse>> CreateTopicRuleDestination::handle(
    const Caller& caller, CreateTopicRuleDestinationRequest request) const {
    TopicRuleDestinationConfiguration& wanted = request.destination_configuration;
    if (wanted.vpc_configuration) {
        if (wanted.http_url_configuration) {
            co_return failure_of(
                registry::refuse_field("destinationConfiguration",
                                       "holds httpUrlConfiguration and vpcConfiguration, and has "
                                       "to hold one of them")
                    .error());
        }
        const registry::VpcNetwork network = network_of(std::move(*wanted.vpc_configuration));
        const auto made =
            co_await destinations.change([&](registry::TopicRuleDestinationRecords& records) {
                return records.create(caller.tenant, network);
            });
        if (!made) co_return failure_of(made.error());
        co_return CreateTopicRuleDestinationResponse{
            .topic_rule_destination = shape_of(*made, destinations.clock().wall_now())};
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
