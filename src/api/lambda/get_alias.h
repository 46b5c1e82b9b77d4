// GetAlias: to which version a name leads.
// Source: AWS Lambda API Reference, GetAlias.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/lambda/get_alias.h"
#include "functions/function_directory.h"

namespace gatehouse::api::lambda {

struct GetAlias {
    using Shape = GetAliasShape;

    functions::FunctionDirectory& directory;

    wire::Outcome<GetAliasResponse> handle(const Caller& caller, GetAliasRequest request) const;
};

}  // namespace gatehouse::api::lambda
