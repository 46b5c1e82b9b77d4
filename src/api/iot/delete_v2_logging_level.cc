#include "api/iot/delete_v2_logging_level.h"

#include "api/iot/errors.h"
#include "api/iot/logging_shapes.h"
#include "api/shapes/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<DeleteV2LoggingLevelResponse>> DeleteV2LoggingLevel::handle(
    const Caller& caller, DeleteV2LoggingLevelRequest request) const {
    const auto type = target_type_of(request.target_type);
    if (!type) {
        co_return wire::fail_as(errors::invalid_request_exception,
                                "the default level is not deleted; set another with "
                                "SetV2LoggingOptions");
    }
    const auto done =
        co_await logging.remove_level(caller.tenant, {*type, std::move(request.target_name)});
    if (!done) co_return failure_of(done.error());
    co_return DeleteV2LoggingLevelResponse{};
}

}  // namespace gatehouse::api::iot
