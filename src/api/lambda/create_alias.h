// CreateAlias: a name for a version, or for two with their shares of the invocations.
// Source: AWS Lambda API Reference, CreateAlias.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/lambda/create_alias.h"
#include "functions/function_directory.h"

namespace gatehouse::api::lambda {

struct CreateAlias {
    using Shape = CreateAliasShape;

    functions::FunctionDirectory& directory;

    async::Task<wire::Outcome<CreateAliasResponse>> handle(const Caller& caller,
                                                           CreateAliasRequest request) const;
};

}  // namespace gatehouse::api::lambda
