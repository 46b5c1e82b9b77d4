#include "api/lambda/function_reference.h"

#include <fmt/format.h>

#include "api/lambda/errors.h"
#include "api/shapes/lambda/errors.h"
#include "functions/function_requests.h"

namespace gatehouse::api::lambda {

wire::Outcome<functions::FunctionRef> function_of(const Caller& caller, std::string_view text,
                                                  const std::optional<std::string>& qualifier) {
    auto reference = functions::parse_function_reference(text, qualifier.value_or(""));
    if (!reference) return failure_of(reference.error());
    const Tenant& tenant = caller.tenant;
    if (!reference->region.empty() && reference->region != tenant.region.value()) {
        return wire::fail_as(errors::resource_not_found_exception,
                             fmt::format("Functions from '{}' are not reachable in this region "
                                         "('{}')",
                                         reference->region, tenant.region.value()));
    }
    if (!reference->account.empty() && reference->account != tenant.account.value()) {
        return wire::fail_as(errors::access_denied_exception,
                             fmt::format("the function belongs to account {}, the credentials to "
                                         "account {}",
                                         reference->account, tenant.account.value()));
    }
    return functions::FunctionRef{tenant, std::move(reference->name),
                                  functions::Qualifier(std::move(reference->qualifier))};
}

wire::Outcome<functions::FunctionName> name_of(const Caller& caller, std::string_view text,
                                               const std::optional<std::string>& qualifier) {
    auto function = function_of(caller, text, qualifier);
    if (!function) return std::unexpected(std::move(function.error()));
    return std::move(function->name);
}

wire::Outcome<functions::FunctionName> unqualified_name_of(const Caller& caller,
                                                           std::string_view text) {
    auto function = function_of(caller, text, std::nullopt);
    if (!function) return std::unexpected(std::move(function.error()));
    const auto& qualifier = function->qualifier;
    if (!qualifier.empty() && qualifier.view() != functions::latest_version) {
        return wire::fail_as(errors::invalid_parameter_value_exception,
                             fmt::format("this operation changes a function, and '{}' names its "
                                         "version or alias '{}'; give the name or ARN of the "
                                         "function alone",
                                         text, qualifier.view()));
    }
    return std::move(function->name);
}

}  // namespace gatehouse::api::lambda
