// DescribeIndex: whether an index can be searched, and what is in it.
// Source: AWS IoT API Reference, DescribeIndex.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/describe_index.h"
#include "indexing/index_worker.h"
#include "indexing/indexing_configurations.h"

namespace gatehouse::api::iot {

struct DescribeIndex {
    using Shape = DescribeIndexShape;

    indexing::IndexingConfigurations& configurations;
    indexing::IndexWorker& index;

    async::Task<wire::Outcome<DescribeIndexResponse>> handle(const Caller& caller,
                                                             DescribeIndexRequest request) const;
};

}  // namespace gatehouse::api::iot
