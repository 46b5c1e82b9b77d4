// PutLogEvents: events into a stream that exists. Sequence tokens are not looked at, as
// on AWS since 2023.
// Source: Amazon CloudWatch Logs API Reference, PutLogEvents.
#pragma once

#include "api/endpoint.h"
#include "api/logs/log_access.h"
#include "api/shapes/logs/put_log_events.h"

namespace gatehouse::api::logs {

struct PutLogEvents {
    using Shape = PutLogEventsShape;

    LogAccess access;

    async::Task<wire::Outcome<PutLogEventsResponse>> handle(const Caller& caller,
                                                            PutLogEventsRequest request) const;
};

}  // namespace gatehouse::api::logs
