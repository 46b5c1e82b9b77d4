// TagResource: gives a resource tags, or other values to those it has.
// Source: AWS IoT API Reference, TagResource.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/tag_resource.h"
#include "registry/tags.h"

namespace gatehouse::api::iot {

struct TagResource {
    using Shape = TagResourceShape;

    registry::Tags& tags;

    async::Task<wire::Outcome<TagResourceResponse>> handle(const Caller& caller,
                                                           TagResourceRequest request) const;
};

}  // namespace gatehouse::api::iot
