// ListTagsForResource: the tags of a resource, by key.
// Source: AWS IoT API Reference, ListTagsForResource.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/list_tags_for_resource.h"
#include "registry/tags.h"

namespace gatehouse::api::iot {

struct ListTagsForResource {
    using Shape = ListTagsForResourceShape;

    registry::Tags& tags;

    async::Task<wire::Outcome<ListTagsForResourceResponse>> handle(
        const Caller& caller, ListTagsForResourceRequest request) const;
};

}  // namespace gatehouse::api::iot
