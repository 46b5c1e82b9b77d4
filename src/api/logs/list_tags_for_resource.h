// ListTagsForResource: the tags of a log group, named by its ARN.
// Source: Amazon CloudWatch Logs API Reference, ListTagsForResource.
#pragma once

#include "api/endpoint.h"
#include "api/logs/log_access.h"
#include "api/shapes/logs/list_tags_for_resource.h"

namespace gatehouse::api::logs {

struct ListTagsForResource {
    using Shape = ListTagsForResourceShape;

    LogAccess access;

    async::Task<wire::Outcome<ListTagsForResourceResponse>> handle(
        const Caller& caller, ListTagsForResourceRequest request) const;
};

}  // namespace gatehouse::api::logs
