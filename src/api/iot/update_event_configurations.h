// UpdateEventConfigurations: tells of changes of the registry, or not.
// Source: AWS IoT API Reference, UpdateEventConfigurations.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/update_event_configurations.h"
#include "registry/event_settings.h"

namespace gatehouse::api::iot {

struct UpdateEventConfigurations {
    using Shape = UpdateEventConfigurationsShape;

    registry::EventConfigurations& events;

    async::Task<wire::Outcome<UpdateEventConfigurationsResponse>> handle(
        const Caller& caller, UpdateEventConfigurationsRequest request) const;
};

}  // namespace gatehouse::api::iot
