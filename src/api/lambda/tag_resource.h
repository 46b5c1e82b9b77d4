// TagResource: gives a function tags, or other values to those it has.
// Source: AWS Lambda API Reference, TagResource.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/lambda/tag_resource.h"
#include "functions/function_directory.h"

namespace gatehouse::api::lambda {

struct TagResource {
    using Shape = TagResourceShape;

    functions::FunctionDirectory& directory;

    async::Task<wire::Outcome<TagResourceResponse>> handle(const Caller& caller,
                                                           TagResourceRequest request) const;
};

}  // namespace gatehouse::api::lambda
