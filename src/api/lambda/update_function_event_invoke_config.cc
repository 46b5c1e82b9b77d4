#include "api/lambda/update_function_event_invoke_config.h"

#include "api/lambda/change_event_config.h"

namespace gatehouse::api::lambda {

async::Task<wire::Outcome<UpdateFunctionEventInvokeConfigResponse>>
UpdateFunctionEventInvokeConfig::handle(const Caller& caller,
                                        UpdateFunctionEventInvokeConfigRequest request) const {
    co_return co_await change_event_config(directory, caller, std::move(request),
                                           functions::FunctionDirectory::EventConfigChange::Merge);
}

}  // namespace gatehouse::api::lambda
