// UntagResource: tags of a log group, named by its ARN, go.
// Source: Amazon CloudWatch Logs API Reference, UntagResource.
#pragma once

#include "api/endpoint.h"
#include "api/logs/log_access.h"
#include "api/shapes/logs/untag_resource.h"

namespace gatehouse::api::logs {

struct UntagResource {
    using Shape = UntagResourceShape;

    LogAccess access;

    async::Task<wire::Outcome<UntagResourceResponse>> handle(const Caller& caller,
                                                             UntagResourceRequest request) const;
};

}  // namespace gatehouse::api::logs
