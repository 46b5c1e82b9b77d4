#include "api/logs/stop_query.h"

#include "api/logs/errors.h"

namespace gatehouse::api::logs {

wire::Outcome<StopQueryResponse> StopQuery::handle(const Caller& caller,
                                                   StopQueryRequest request) const {
    const auto stopped = board.stop(caller.tenant, request.query_id);
    if (!stopped) return failure_of(stopped.error());
    return StopQueryResponse{.success = true};
}

}  // namespace gatehouse::api::logs
