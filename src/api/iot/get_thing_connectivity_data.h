// GetThingConnectivityData: whether a thing is connected, and since when.
// Source: AWS IoT API Reference, GetThingConnectivityData.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/get_thing_connectivity_data.h"
#include "indexing/index_worker.h"

namespace gatehouse::api::iot {

struct GetThingConnectivityData {
    using Shape = GetThingConnectivityDataShape;

    indexing::IndexWorker& index;

    async::Task<wire::Outcome<GetThingConnectivityDataResponse>> handle(
        const Caller& caller, GetThingConnectivityDataRequest request) const;
};

}  // namespace gatehouse::api::iot
