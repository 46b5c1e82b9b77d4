// GetStatistics: the numbers of a field in what a query finds.
// Source: AWS IoT API Reference, GetStatistics.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/get_statistics.h"
#include "indexing/index_worker.h"

namespace gatehouse::api::iot {

struct GetStatistics {
    using Shape = GetStatisticsShape;

    indexing::IndexWorker& index;

    async::Task<wire::Outcome<GetStatisticsResponse>> handle(const Caller& caller,
                                                             GetStatisticsRequest request) const;
};

}  // namespace gatehouse::api::iot
