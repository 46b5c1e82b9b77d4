#include "api/lambda/delete_function_event_invoke_config.h"

#include "api/lambda/errors.h"
#include "api/lambda/function_reference.h"

namespace gatehouse::api::lambda {

async::Task<wire::Outcome<DeleteFunctionEventInvokeConfigResponse>>
DeleteFunctionEventInvokeConfig::handle(const Caller& caller,
                                        DeleteFunctionEventInvokeConfigRequest request) const {
    const auto function = function_of(caller, request.function_name, request.qualifier);
    if (!function) co_return std::unexpected(function.error());
    const auto removed = co_await directory.remove_event_config(*function);
    if (!removed) co_return failure_of(removed.error());
    co_return DeleteFunctionEventInvokeConfigResponse();
}

}  // namespace gatehouse::api::lambda
