// ListV2LoggingLevels: the default level, then those of targets, a page at a time.
// Source: AWS IoT API Reference, ListV2LoggingLevels.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/list_v2_logging_levels.h"
#include "registry/logging_options.h"

namespace gatehouse::api::iot {

struct ListV2LoggingLevels {
    using Shape = ListV2LoggingLevelsShape;

    registry::LoggingOptions& logging;

    async::Task<wire::Outcome<ListV2LoggingLevelsResponse>> handle(
        const Caller& caller, ListV2LoggingLevelsRequest request) const;
};

}  // namespace gatehouse::api::iot
