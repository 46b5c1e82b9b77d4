// GetLogEvents: the events of one stream, from either end.
// Source: Amazon CloudWatch Logs API Reference, GetLogEvents.
#pragma once

#include "api/endpoint.h"
#include "api/logs/log_access.h"
#include "api/shapes/logs/get_log_events.h"

namespace gatehouse::api::logs {

struct GetLogEvents {
    using Shape = GetLogEventsShape;

    LogAccess access;

    async::Task<wire::Outcome<GetLogEventsResponse>> handle(const Caller& caller,
                                                            GetLogEventsRequest request) const;
};

}  // namespace gatehouse::api::logs
