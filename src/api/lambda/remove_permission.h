// RemovePermission: takes a statement out of a function's policy.
// Source: AWS Lambda API Reference, RemovePermission.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/lambda/remove_permission.h"
#include "functions/function_directory.h"

namespace gatehouse::api::lambda {

struct RemovePermission {
    using Shape = RemovePermissionShape;

    functions::FunctionDirectory& directory;

    async::Task<wire::Outcome<RemovePermissionResponse>> handle(
        const Caller& caller, RemovePermissionRequest request) const;
};

}  // namespace gatehouse::api::lambda
