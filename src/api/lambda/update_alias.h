// UpdateAlias: what the request does not name stays.
// Source: AWS Lambda API Reference, UpdateAlias.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/lambda/update_alias.h"
#include "functions/function_directory.h"

namespace gatehouse::api::lambda {

struct UpdateAlias {
    using Shape = UpdateAliasShape;

    functions::FunctionDirectory& directory;

    async::Task<wire::Outcome<UpdateAliasResponse>> handle(const Caller& caller,
                                                           UpdateAliasRequest request) const;
};

}  // namespace gatehouse::api::lambda
