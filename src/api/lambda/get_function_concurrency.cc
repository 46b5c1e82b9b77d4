#include "api/lambda/get_function_concurrency.h"

#include "api/lambda/errors.h"
#include "api/lambda/function_reference.h"

namespace gatehouse::api::lambda {

wire::Outcome<GetFunctionConcurrencyResponse> GetFunctionConcurrency::handle(
    const Caller& caller, GetFunctionConcurrencyRequest request) const {
    const auto name = name_of(caller, request.function_name);
    if (!name) return std::unexpected(name.error());
    const auto found = directory.get(caller.tenant, *name);
    if (!found) return failure_of(found.error());
    GetFunctionConcurrencyResponse response;
    if (const auto reserved = (*found)->reserved_concurrency) {
        response.reserved_concurrent_executions = static_cast<std::int32_t>(*reserved);
    }
    return response;
}

}  // namespace gatehouse::api::lambda
