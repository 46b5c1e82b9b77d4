#include "api/gatehouse/get_trace.h"

#include <fmt/format.h>

#include "api/gatehouse/trace_shapes.h"

namespace gatehouse::api::gatehouse {

Result<GetTraceResponse> GetTrace::handle(const Caller& caller, GetTraceRequest request) const {
    const auto secrets = secrets_for(caller, request.show_secrets);
    if (!secrets) return fail(secrets.error());
    auto found =
        traces.find({.tenant = caller.tenant, .trace_id = request.trace_id, .secrets = *secrets});
    if (found.empty()) {
        return fail(ErrorKind::NotFound,
                    fmt::format("no connection attempt with trace id {} is remembered (the latest "
                                "are, until the server ends); a refused publish or subscribe has a "
                                "trace id of its own, which Explain knows",
                                request.trace_id));
    }
    return GetTraceResponse{.trace = shape_of(std::move(found.front()))};
}

}  // namespace gatehouse::api::gatehouse
