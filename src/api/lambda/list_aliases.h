// ListAliases: by name; those that lead to one version, when it is named.
// Source: AWS Lambda API Reference, ListAliases.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/lambda/list_aliases.h"
#include "functions/function_directory.h"

namespace gatehouse::api::lambda {

struct ListAliases {
    using Shape = ListAliasesShape;

    functions::FunctionDirectory& directory;

    wire::Outcome<ListAliasesResponse> handle(const Caller& caller,
                                              ListAliasesRequest request) const;
};

}  // namespace gatehouse::api::lambda
