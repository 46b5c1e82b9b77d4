// SetV2LoggingLevel: the level of one client, principal, source address or thing group.
// Source: AWS IoT API Reference, SetV2LoggingLevel.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/set_v2_logging_level.h"
#include "registry/logging_options.h"

namespace gatehouse::api::iot {

struct SetV2LoggingLevel {
    using Shape = SetV2LoggingLevelShape;

    registry::LoggingOptions& logging;

    async::Task<wire::Outcome<SetV2LoggingLevelResponse>> handle(
        const Caller& caller, SetV2LoggingLevelRequest request) const;
};

}  // namespace gatehouse::api::iot
