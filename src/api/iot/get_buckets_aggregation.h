// GetBucketsAggregation: how often each value of a field is in what a query finds.
// Source: AWS IoT API Reference, GetBucketsAggregation.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/get_buckets_aggregation.h"
#include "indexing/index_worker.h"

namespace gatehouse::api::iot {

struct GetBucketsAggregation {
    using Shape = GetBucketsAggregationShape;

    indexing::IndexWorker& index;

    async::Task<wire::Outcome<GetBucketsAggregationResponse>> handle(
        const Caller& caller, GetBucketsAggregationRequest request) const;
};

}  // namespace gatehouse::api::iot
