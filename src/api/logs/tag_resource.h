// TagResource: tags of a log group, named by its ARN.
// Source: Amazon CloudWatch Logs API Reference, TagResource.
#pragma once

#include "api/endpoint.h"
#include "api/logs/log_access.h"
#include "api/shapes/logs/tag_resource.h"

namespace gatehouse::api::logs {

struct TagResource {
    using Shape = TagResourceShape;

    LogAccess access;

    async::Task<wire::Outcome<TagResourceResponse>> handle(const Caller& caller,
                                                           TagResourceRequest request) const;
};

}  // namespace gatehouse::api::logs
