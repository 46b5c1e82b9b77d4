#include "api/iot/get_logging_options.h"

#include "api/iot/errors.h"
#include "api/iot/logging_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<GetLoggingOptionsResponse>> GetLoggingOptions::handle(
    const Caller& caller, GetLoggingOptionsRequest) const {
    auto settings = co_await logging.get(caller.tenant);
    if (!settings && settings.error().refusal == registry::Refusal::NotConfigured) {
        co_return GetLoggingOptionsResponse{.role_arn = {}, .log_level = LogLevel::Disabled};
    }
    if (!settings) co_return failure_of(settings.error());
    GetLoggingOptionsResponse response{.role_arn = {},
                                       .log_level = settings->levels.all_disabled
                                                        ? LogLevel::Disabled
                                                        : shape_of(settings->levels.default_level)};
    if (!settings->role_arn.empty()) response.role_arn = std::move(settings->role_arn);
    co_return response;
}

}  // namespace gatehouse::api::iot
