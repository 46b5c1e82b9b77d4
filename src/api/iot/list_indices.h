// ListIndices: the indexes that are turned on.
// Source: AWS IoT API Reference, ListIndices.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/list_indices.h"
#include "indexing/indexing_configurations.h"

namespace gatehouse::api::iot {

struct ListIndices {
    using Shape = ListIndicesShape;

    indexing::IndexingConfigurations& configurations;

    async::Task<wire::Outcome<ListIndicesResponse>> handle(const Caller& caller,
                                                           ListIndicesRequest request) const;
};

}  // namespace gatehouse::api::iot
