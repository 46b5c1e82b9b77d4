// GetV2LoggingOptions: what was set.
// Source: AWS IoT API Reference, GetV2LoggingOptions.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/get_v2_logging_options.h"
#include "registry/logging_options.h"

namespace gatehouse::api::iot {

struct GetV2LoggingOptions {
    using Shape = GetV2LoggingOptionsShape;

    registry::LoggingOptions& logging;

    async::Task<wire::Outcome<GetV2LoggingOptionsResponse>> handle(
        const Caller& caller, GetV2LoggingOptionsRequest request) const;
};

}  // namespace gatehouse::api::iot
