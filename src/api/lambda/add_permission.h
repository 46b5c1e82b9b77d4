// AddPermission: lets a service or account invoke a function.
// Source: AWS Lambda API Reference, AddPermission.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/lambda/add_permission.h"
#include "functions/function_directory.h"

namespace gatehouse::api::lambda {

struct AddPermission {
    using Shape = AddPermissionShape;

    functions::FunctionDirectory& directory;

    async::Task<wire::Outcome<AddPermissionResponse>> handle(const Caller& caller,
                                                             AddPermissionRequest request) const;
};

}  // namespace gatehouse::api::lambda
