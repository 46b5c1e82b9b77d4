// SetV2LoggingOptions: the level of what is logged, unless a target has its own.
// Source: AWS IoT API Reference, SetV2LoggingOptions.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/set_v2_logging_options.h"
#include "registry/logging_options.h"

namespace gatehouse::api::iot {

struct SetV2LoggingOptions {
    using Shape = SetV2LoggingOptionsShape;

    registry::LoggingOptions& logging;

    async::Task<wire::Outcome<SetV2LoggingOptionsResponse>> handle(
        const Caller& caller, SetV2LoggingOptionsRequest request) const;
};

}  // namespace gatehouse::api::iot
