// DeleteAlias: with its policy; one that does not exist is as good as deleted.
// Source: AWS Lambda API Reference, DeleteAlias.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/lambda/delete_alias.h"
#include "functions/function_directory.h"

namespace gatehouse::api::lambda {

struct DeleteAlias {
    using Shape = DeleteAliasShape;

    functions::FunctionDirectory& directory;

    async::Task<wire::Outcome<DeleteAliasResponse>> handle(const Caller& caller,
                                                           DeleteAliasRequest request) const;
};

}  // namespace gatehouse::api::lambda
