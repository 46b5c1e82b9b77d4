#include "api/iot/set_v2_logging_options.h"

#include "api/iot/errors.h"
#include "api/iot/logging_shapes.h"
#include "api/shapes/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<SetV2LoggingOptionsResponse>> SetV2LoggingOptions::handle(
    const Caller& caller, SetV2LoggingOptionsRequest request) const {
    if (request.event_configurations && !request.event_configurations->empty()) {
        co_return wire::fail_as(errors::invalid_request_exception,
                                "eventConfigurations is not supported by Gatehouse, where no type "
                                "of event has a level or a log group of its own; leave it out");
    }
    registry::LoggingChange change{.role_arn = std::move(request.role_arn),
                                   .default_level = {},
                                   .all_disabled = request.disable_all_logs};
    if (request.default_log_level) change.default_level = level_of(*request.default_log_level);
    const auto done = co_await logging.set(caller.tenant, std::move(change));
    if (!done) co_return failure_of(done.error());
    co_return SetV2LoggingOptionsResponse{};
}

}  // namespace gatehouse::api::iot
