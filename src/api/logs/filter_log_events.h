// FilterLogEvents: the events of a group that match a pattern.
// Source: Amazon CloudWatch Logs API Reference, FilterLogEvents.
#pragma once

#include "api/endpoint.h"
#include "api/logs/log_access.h"
#include "api/shapes/logs/filter_log_events.h"

namespace gatehouse::api::logs {

struct FilterLogEvents {
    using Shape = FilterLogEventsShape;

    LogAccess access;

    async::Task<wire::Outcome<FilterLogEventsResponse>> handle(
        const Caller& caller, FilterLogEventsRequest request) const;
};

}  // namespace gatehouse::api::logs
