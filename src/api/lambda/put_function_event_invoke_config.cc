#include "api/lambda/put_function_event_invoke_config.h"

#include "api/lambda/change_event_config.h"

namespace gatehouse::api::lambda {

async::Task<wire::Outcome<PutFunctionEventInvokeConfigResponse>>
PutFunctionEventInvokeConfig::handle(const Caller& caller,
                                     PutFunctionEventInvokeConfigRequest request) const {
    co_return co_await change_event_config(
        directory, caller, std::move(request),
        functions::FunctionDirectory::EventConfigChange::Replace);
}

}  // namespace gatehouse::api::lambda
