#include "api/iot/get_v2_logging_options.h"

#include "api/iot/errors.h"
#include "api/iot/logging_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<GetV2LoggingOptionsResponse>> GetV2LoggingOptions::handle(
    const Caller& caller, GetV2LoggingOptionsRequest) const {
    auto settings = co_await logging.get(caller.tenant);
    if (!settings) co_return failure_of(settings.error());
    GetV2LoggingOptionsResponse response{
        .role_arn = {},
        .default_log_level = shape_of(settings->levels.default_level),
        .disable_all_logs = settings->levels.all_disabled};
    if (!settings->role_arn.empty()) response.role_arn = std::move(settings->role_arn);
    co_return response;
}

}  // namespace gatehouse::api::iot
