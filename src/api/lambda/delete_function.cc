#include "api/lambda/delete_function.h"

#include "api/lambda/errors.h"
#include "api/lambda/function_reference.h"

namespace gatehouse::api::lambda {

async::Task<wire::Outcome<DeleteFunctionResponse>> DeleteFunction::handle(
    const Caller& caller, DeleteFunctionRequest request) const {
    const auto name = name_of(caller, request.function_name, request.qualifier);
    if (!name) co_return std::unexpected(name.error());
    const auto removed = co_await directory.remove(caller.tenant, *name);
    if (!removed) co_return failure_of(removed.error());
    co_return DeleteFunctionResponse();
}

}  // namespace gatehouse::api::lambda
