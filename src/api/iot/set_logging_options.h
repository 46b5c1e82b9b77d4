// SetLoggingOptions: the level of logging, as before version 2.
// Source: AWS IoT API Reference, SetLoggingOptions.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/set_logging_options.h"
#include "registry/logging_options.h"

namespace gatehouse::api::iot {

struct SetLoggingOptions {
    using Shape = SetLoggingOptionsShape;

    registry::LoggingOptions& logging;

    async::Task<wire::Outcome<SetLoggingOptionsResponse>> handle(
        const Caller& caller, SetLoggingOptionsRequest request) const;
};

}  // namespace gatehouse::api::iot
