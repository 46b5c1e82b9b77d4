#include "api/iot/set_logging_options.h"

#include "api/iot/errors.h"
#include "api/iot/logging_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<SetLoggingOptionsResponse>> SetLoggingOptions::handle(
    const Caller& caller, SetLoggingOptionsRequest request) const {
    LoggingOptionsPayload& wanted = request.logging_options_payload;
    registry::LoggingChange change{
        .role_arn = std::move(wanted.role_arn), .default_level = {}, .all_disabled = {}};
    if (wanted.log_level) {
        change.default_level = level_of(*wanted.log_level);
        change.all_disabled = *wanted.log_level == LogLevel::Disabled;
    }
    const auto done = co_await logging.set(caller.tenant, std::move(change));
    if (!done) co_return failure_of(done.error());
    co_return SetLoggingOptionsResponse();
}

}  // namespace gatehouse::api::iot
