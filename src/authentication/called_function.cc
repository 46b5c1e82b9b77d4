#include "authentication/called_function.h"

#include <algorithm>

#include "base/arn.h"

namespace gatehouse::authentication {

functions::FunctionRef called_function(std::string_view function_arn, const Tenant& tenant) {
    const auto arn = parse_arn(function_arn);
    if (!arn) return {tenant, functions::FunctionName(std::string(function_arn))};
    std::string_view name = arn->resource;
    constexpr std::string_view prefix = "function:";
    if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
    const auto colon = std::min(name.find(':'), name.size());
    return {{AccountId(arn->account), Region(arn->region)},
            functions::FunctionName(name.substr(0, colon)),
            functions::Qualifier(name.substr(std::min(colon + 1, name.size())))};
}

}  // namespace gatehouse::authentication
