// GetPercentiles: below which numbers the shares of a field's values lie.
// Source: AWS IoT API Reference, GetPercentiles.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/get_percentiles.h"
#include "indexing/index_worker.h"

namespace gatehouse::api::iot {

struct GetPercentiles {
    using Shape = GetPercentilesShape;

    indexing::IndexWorker& index;

    async::Task<wire::Outcome<GetPercentilesResponse>> handle(const Caller& caller,
                                                              GetPercentilesRequest request) const;
};

}  // namespace gatehouse::api::iot
