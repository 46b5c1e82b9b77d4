#include "api/gatehouse/list_traces.h"

namespace gatehouse::api::gatehouse {

Result<ListTracesResponse> ListTraces::handle(const Caller& caller,
                                              ListTracesRequest request) const {
    constexpr std::int32_t results_default = 20;
    const auto secrets = secrets_for(caller, request.show_secrets);
    if (!secrets) return fail(secrets.error());
    // Before the search: what changes meanwhile is told twice rather than never.
    const std::uint64_t revision = traces.revision();
    auto found = traces.find(
        {.tenant = caller.tenant,
         .trace_id = "",
         .client_id = request.client_id.value_or(""),
         .limit = static_cast<std::size_t>(request.max_results.value_or(results_default)),
         .secrets = *secrets});
    return ListTracesResponse{.traces = shapes_of(std::move(found)),
                              .cursor = cursor.text(revision)};
}

}  // namespace gatehouse::api::gatehouse
