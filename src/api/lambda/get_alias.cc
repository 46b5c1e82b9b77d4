#include "api/lambda/get_alias.h"

#include "api/lambda/alias_shapes.h"
#include "api/lambda/errors.h"
#include "api/lambda/function_reference.h"

namespace gatehouse::api::lambda {

wire::Outcome<GetAliasResponse> GetAlias::handle(const Caller& caller,
                                                 GetAliasRequest request) const {
    const auto name = name_of(caller, request.function_name);
    if (!name) return std::unexpected(name.error());
    const auto found = directory.get(caller.tenant, *name);
    if (!found) return failure_of(found.error());
    const auto& aliases = (*found)->aliases;
    const auto alias = aliases.find(functions::AliasName(request.name));
    if (alias == aliases.end()) return no_alias(caller.tenant, *name, request.name);
    return shape_of(caller.tenant, *name, alias->second);
}

}  // namespace gatehouse::api::lambda
