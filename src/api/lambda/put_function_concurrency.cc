#include "api/lambda/put_function_concurrency.h"

#include "api/lambda/errors.h"
#include "api/lambda/function_reference.h"

namespace gatehouse::api::lambda {

async::Task<wire::Outcome<PutFunctionConcurrencyResponse>> PutFunctionConcurrency::handle(
    const Caller& caller, PutFunctionConcurrencyRequest request) const {
    const auto name = unqualified_name_of(caller, request.function_name);
    if (!name) co_return std::unexpected(name.error());
    const auto reserved = co_await directory.reserve_concurrency(
        caller.tenant, *name, static_cast<std::uint32_t>(request.reserved_concurrent_executions));
    if (!reserved) co_return failure_of(reserved.error());
    co_return PutFunctionConcurrencyResponse{.reserved_concurrent_executions =
                                                 request.reserved_concurrent_executions};
}

}  // namespace gatehouse::api::lambda
