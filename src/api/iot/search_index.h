// SearchIndex: the things or groups that a query finds.
// Source: AWS IoT API Reference, SearchIndex.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/search_index.h"
#include "indexing/index_worker.h"

namespace gatehouse::api::iot {

struct SearchIndex {
    using Shape = SearchIndexShape;

    indexing::IndexWorker& index;

    async::Task<wire::Outcome<SearchIndexResponse>> handle(const Caller& caller,
                                                           SearchIndexRequest request) const;
};

}  // namespace gatehouse::api::iot
