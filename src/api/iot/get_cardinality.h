// GetCardinality: how many different values a field has in what a query finds.
// Source: AWS IoT API Reference, GetCardinality.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/get_cardinality.h"
#include "indexing/index_worker.h"

namespace gatehouse::api::iot {

struct GetCardinality {
    using Shape = GetCardinalityShape;

    indexing::IndexWorker& index;

    async::Task<wire::Outcome<GetCardinalityResponse>> handle(const Caller& caller,
                                                              GetCardinalityRequest request) const;
};

}  // namespace gatehouse::api::iot
