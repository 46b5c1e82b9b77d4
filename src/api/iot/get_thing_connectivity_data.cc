#include "api/iot/get_thing_connectivity_data.h"

#include "api/iot/errors.h"
#include "api/iot/index_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<GetThingConnectivityDataResponse>> GetThingConnectivityData::handle(
    const Caller& caller, GetThingConnectivityDataRequest request) const {
    const auto found = co_await index.ask([&](indexing::Indexes& indexes) {
        return indexes.connectivity(caller.tenant, request.thing_name);
    });
    if (!found) co_return failure_of(found.error());
    GetThingConnectivityDataResponse response{.thing_name = std::move(request.thing_name),
                                              .connected = found->is_connected};
    if (found->since != WallTime()) response.timestamp = found->since;
    if (!found->reason.empty()) response.disconnect_reason = found->reason;
    co_return response;
}

}  // namespace gatehouse::api::iot
