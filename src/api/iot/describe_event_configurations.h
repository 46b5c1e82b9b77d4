// DescribeEventConfigurations: which changes of the registry are told of.
// Source: AWS IoT API Reference, DescribeEventConfigurations.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/describe_event_configurations.h"
#include "registry/event_settings.h"

namespace gatehouse::api::iot {

struct DescribeEventConfigurations {
    using Shape = DescribeEventConfigurationsShape;

    registry::EventConfigurations& events;

    async::Task<wire::Outcome<DescribeEventConfigurationsResponse>> handle(
        const Caller& caller, DescribeEventConfigurationsRequest request) const;
};

}  // namespace gatehouse::api::iot
