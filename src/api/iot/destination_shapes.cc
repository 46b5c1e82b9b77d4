#include "api/iot/destination_shapes.h"

#include <utility>

#include "api/iot/present.h"

namespace gatehouse::api::iot {
namespace {

TopicRuleDestinationStatus status_of(registry::DestinationStatus status) {
    switch (status) {
        case registry::DestinationStatus::InProgress: return TopicRuleDestinationStatus::InProgress;
        case registry::DestinationStatus::Enabled: return TopicRuleDestinationStatus::Enabled;
        case registry::DestinationStatus::Disabled: return TopicRuleDestinationStatus::Disabled;
        case registry::DestinationStatus::Error: return TopicRuleDestinationStatus::Error;
    }
    return TopicRuleDestinationStatus::Error;
}

template <class Shape>
Shape vpc_of(const registry::VpcNetwork& vpc) {
    return {.subnet_ids = vpc.subnet_ids,
            .security_groups = vpc.security_groups,
            .vpc_id = vpc.vpc_id,
            .role_arn = vpc.role_arn};
}

// What both shapes tell of every destination.
template <class Shape>
Shape facts_of(const registry::TopicRuleDestination& destination, WallTime now) {
    return {
        .arn = destination.arn(),
        .status = status_of(destination.status_at(now)),
        .created_at = destination.created,
        .last_updated_at = destination.modified,
        .status_reason = present(destination.status_reason_at(now)),
    };
}

}  // namespace

registry::VpcNetwork network_of(VpcDestinationConfiguration configuration) {
    return {.subnet_ids = std::move(configuration.subnet_ids),
            .security_groups = std::move(configuration.security_groups),
            .vpc_id = std::move(configuration.vpc_id),
            .role_arn = std::move(configuration.role_arn)};
}

TopicRuleDestination shape_of(const registry::TopicRuleDestination& destination, WallTime now) {
    auto made = facts_of<TopicRuleDestination>(destination, now);
    if (destination.vpc) {
        made.vpc_properties = vpc_of<VpcDestinationProperties>(*destination.vpc);
    } else {
        made.http_url_properties =
            HttpUrlDestinationProperties{.confirmation_url = destination.confirmation_url};
    }
    return made;
}

TopicRuleDestinationSummary summary_of(const registry::TopicRuleDestination& destination,
                                       WallTime now) {
    auto made = facts_of<TopicRuleDestinationSummary>(destination, now);
    if (destination.vpc) {
        made.vpc_destination_summary = vpc_of<VpcDestinationSummary>(*destination.vpc);
    } else {
        made.http_url_summary =
            HttpUrlDestinationSummary{.confirmation_url = destination.confirmation_url};
    }
    return made;
}

}  // namespace gatehouse::api::iot
