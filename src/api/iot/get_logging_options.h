// GetLoggingOptions: the level of logging, as before version 2.
// Source: AWS IoT API Reference, GetLoggingOptions.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/get_logging_options.h"
#include "registry/logging_options.h"

namespace gatehouse::api::iot {

struct GetLoggingOptions {
    using Shape = GetLoggingOptionsShape;

    registry::LoggingOptions& logging;

    async::Task<wire::Outcome<GetLoggingOptionsResponse>> handle(
        const Caller& caller, GetLoggingOptionsRequest request) const;
};

}  // namespace gatehouse::api::iot
