// Aliases between the API's shapes and the module's values.
#pragma once

#include <map>
#include <optional>
#include <string_view>

#include "api/shapes/lambda/types/alias_configuration.h"
#include "api/wire/failure.h"
#include "functions/function.h"

namespace gatehouse::api::lambda {

AliasConfiguration shape_of(const Tenant& tenant, const functions::FunctionName& function,
                            const functions::Alias& alias);
// Absent: the request does not speak of it.
std::optional<std::map<functions::FunctionVersion, double>> shares_of(
    const std::optional<AliasRoutingConfiguration>& routing);
std::unexpected<wire::Failure> no_alias(const Tenant& tenant,
                                        const functions::FunctionName& function,
                                        std::string_view alias);

}  // namespace gatehouse::api::lambda
