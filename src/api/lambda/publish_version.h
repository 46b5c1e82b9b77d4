// PublishVersion: keeps what $LATEST is now under the next number.
// Source: AWS Lambda API Reference, PublishVersion.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/lambda/publish_version.h"
#include "functions/function_directory.h"

namespace gatehouse::api::lambda {

struct PublishVersion {
    using Shape = PublishVersionShape;

    functions::FunctionDirectory& directory;

    async::Task<wire::Outcome<PublishVersionResponse>> handle(const Caller& caller,
                                                              PublishVersionRequest request) const;
};

}  // namespace gatehouse::api::lambda
