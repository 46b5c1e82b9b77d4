// UntagResource: takes tags away from a resource.
// Source: AWS IoT API Reference, UntagResource.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/untag_resource.h"
#include "registry/tags.h"

namespace gatehouse::api::iot {

struct UntagResource {
    using Shape = UntagResourceShape;

    registry::Tags& tags;

    async::Task<wire::Outcome<UntagResourceResponse>> handle(const Caller& caller,
                                                             UntagResourceRequest request) const;
};

}  // namespace gatehouse::api::iot
