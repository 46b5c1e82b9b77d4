#include "api/lambda/delete_function_concurrency.h"

#include "api/lambda/errors.h"
#include "api/lambda/function_reference.h"

namespace gatehouse::api::lambda {

async::Task<wire::Outcome<DeleteFunctionConcurrencyResponse>> DeleteFunctionConcurrency::handle(
    const Caller& caller, DeleteFunctionConcurrencyRequest request) const {
    const auto name = unqualified_name_of(caller, request.function_name);
    if (!name) co_return std::unexpected(name.error());
    const auto freed = co_await directory.reserve_concurrency(caller.tenant, *name, std::nullopt);
    if (!freed) co_return failure_of(freed.error());
    co_return DeleteFunctionConcurrencyResponse();
}

}  // namespace gatehouse::api::lambda
