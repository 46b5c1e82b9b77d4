// GetStatus: what this server is and what time it thinks it is.
#pragma once

#include "api/endpoint.h"
#include "api/gatehouse/gatehouse_service.h"
#include "api/shapes/gatehouse/get_status.h"

namespace gatehouse::api::gatehouse {

struct GetStatus {
    using Shape = GetStatusShape;

    const ServerFacts& facts;
    const Clock& clock;
    SteadyTime started;

    Result<GetStatusResponse> handle(const Caller& caller, GetStatusRequest request) const;
};

}  // namespace gatehouse::api::gatehouse
