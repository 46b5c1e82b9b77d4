#include "api/lambda/update_alias.h"

#include "api/lambda/alias_shapes.h"
#include "api/lambda/errors.h"
#include "api/lambda/function_reference.h"
#include "api/lambda/function_shapes.h"

namespace gatehouse::api::lambda {

async::Task<wire::Outcome<UpdateAliasResponse>> UpdateAlias::handle(
    const Caller& caller, UpdateAliasRequest request) const {
    const auto name = name_of(caller, request.function_name);
    if (!name) co_return std::unexpected(name.error());
    auto alias = co_await directory.update_alias(
        caller.tenant, *name, functions::AliasName(std::move(request.name)),
        {.version = request.function_version.transform(
             [](const std::string& version) { return functions::FunctionVersion(version); }),
         .description = std::move(request.description),
         .other_versions = shares_of(request.routing_config),
         .revision = revision_of(request.revision_id)});
    if (!alias) co_return failure_of(alias.error());
    co_return shape_of(caller.tenant, *name, *alias);
}

}  // namespace gatehouse::api::lambda
