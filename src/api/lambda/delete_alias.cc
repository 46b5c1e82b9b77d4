#include "api/lambda/delete_alias.h"

#include "api/lambda/errors.h"
#include "api/lambda/function_reference.h"

namespace gatehouse::api::lambda {

async::Task<wire::Outcome<DeleteAliasResponse>> DeleteAlias::handle(
    const Caller& caller, DeleteAliasRequest request) const {
    const auto name = name_of(caller, request.function_name);
    if (!name) co_return std::unexpected(name.error());
    const auto removed = co_await directory.remove_alias(
        caller.tenant, *name, functions::AliasName(std::move(request.name)));
    if (!removed) co_return failure_of(removed.error());
    co_return DeleteAliasResponse();
}

}  // namespace gatehouse::api::lambda
