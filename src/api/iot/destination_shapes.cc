#include "api/iot/destination_shapes.h"

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

}  // namespace

TopicRuleDestination shape_of(const registry::TopicRuleDestination& destination, WallTime now) {
    return {.arn = destination.arn(),
            .status = status_of(destination.status_at(now)),
            .created_at = destination.created,
            .last_updated_at = destination.modified,
            .status_reason = present(destination.status_reason_at(now)),
            .http_url_properties =
                HttpUrlDestinationProperties{.confirmation_url = destination.confirmation_url}};
}

TopicRuleDestinationSummary summary_of(const registry::TopicRuleDestination& destination,
                                       WallTime now) {
    return {.arn = destination.arn(),
            .status = status_of(destination.status_at(now)),
            .created_at = destination.created,
            .last_updated_at = destination.modified,
            .status_reason = present(destination.status_reason_at(now)),
            .http_url_summary =
                HttpUrlDestinationSummary{.confirmation_url = destination.confirmation_url}};
}

}  // namespace gatehouse::api::iot
