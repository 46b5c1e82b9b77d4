// UntagResource: takes tags away from a function.
// Source: AWS Lambda API Reference, UntagResource.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/lambda/untag_resource.h"
#include "functions/function_directory.h"

namespace gatehouse::api::lambda {

struct UntagResource {
    using Shape = UntagResourceShape;

    functions::FunctionDirectory& directory;

    async::Task<wire::Outcome<UntagResourceResponse>> handle(const Caller& caller,
                                                             UntagResourceRequest request) const;
};

}  // namespace gatehouse::api::lambda
