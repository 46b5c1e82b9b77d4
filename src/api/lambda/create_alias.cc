#include "api/lambda/create_alias.h"

#include "api/lambda/alias_shapes.h"
#include "api/lambda/errors.h"
#include "api/lambda/function_reference.h"

namespace gatehouse::api::lambda {

async::Task<wire::Outcome<CreateAliasResponse>> CreateAlias::handle(
    const Caller& caller, CreateAliasRequest request) const {
    const auto name = name_of(caller, request.function_name);
    if (!name) co_return std::unexpected(name.error());
    auto alias = co_await directory.create_alias(
        caller.tenant, *name,
        {.name = functions::AliasName(std::move(request.name)),
         .version = functions::FunctionVersion(std::move(request.function_version)),
         .description = std::move(request.description).value_or(""),
         .other_versions = shares_of(request.routing_config)
                               .value_or(std::map<functions::FunctionVersion, double>())});
    if (!alias) co_return failure_of(alias.error());
    co_return shape_of(caller.tenant, *name, *alias);
}

}  // namespace gatehouse::api::lambda
