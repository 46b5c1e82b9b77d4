#include "api/iot/set_v2_logging_level.h"

#include "api/iot/errors.h"
#include "api/iot/logging_shapes.h"
#include "api/shapes/iot/errors.h"

namespace gatehouse::api::iot {
namespace {

// AWS CloudFormation User Guide, AWS::IoT::ResourceSpecificLogging.
constexpr std::size_t target_name_bytes_max = 128;

}  // namespace

async::Task<wire::Outcome<SetV2LoggingLevelResponse>> SetV2LoggingLevel::handle(
    const Caller& caller, SetV2LoggingLevelRequest request) const {
    const auto type = target_type_of(request.log_target.target_type);
    std::string name = std::move(request.log_target.target_name).value_or("");
    const auto level = level_of(request.log_level);
    if (type && name.empty()) {
        co_return wire::fail_as(errors::invalid_request_exception,
                                "logTarget.targetName is required unless the type is DEFAULT");
    }
    if (name.size() > target_name_bytes_max) {
        co_return wire::fail_as(errors::invalid_request_exception,
                                "logTarget.targetName has at most 128 characters");
    }
    if (!type) {
        // The default is one of the options, which have to be there.
        if (const auto found = co_await logging.get(caller.tenant); !found) {
            co_return failure_of(found.error());
        }
        const auto done = co_await logging.set(
            caller.tenant, {.role_arn = {}, .default_level = level, .all_disabled = {}});
        if (!done) co_return failure_of(done.error());
        co_return SetV2LoggingLevelResponse{};
    }
    const auto done = co_await logging.set_level(caller.tenant, {*type, std::move(name)}, level);
    if (!done) co_return failure_of(done.error());
    co_return SetV2LoggingLevelResponse{};
}

}  // namespace gatehouse::api::iot
