// DeleteV2LoggingLevel: a target has the default level again.
// Source: AWS IoT API Reference, DeleteV2LoggingLevel.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/delete_v2_logging_level.h"
#include "registry/logging_options.h"

namespace gatehouse::api::iot {

struct DeleteV2LoggingLevel {
    using Shape = DeleteV2LoggingLevelShape;

    registry::LoggingOptions& logging;

    async::Task<wire::Outcome<DeleteV2LoggingLevelResponse>> handle(
        const Caller& caller, DeleteV2LoggingLevelRequest request) const;
};

}  // namespace gatehouse::api::iot
