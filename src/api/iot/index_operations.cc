#include "api/iot/describe_index.h"
#include "api/iot/get_buckets_aggregation.h"
#include "api/iot/get_cardinality.h"
#include "api/iot/get_indexing_configuration.h"
#include "api/iot/get_percentiles.h"
#include "api/iot/get_statistics.h"
#include "api/iot/get_thing_connectivity_data.h"
#include "api/iot/list_indices.h"
#include "api/iot/operations.h"
#include "api/iot/search_index.h"
#include "api/iot/update_indexing_configuration.h"

namespace gatehouse::api {

void add_index_operations(Service& service, const IotParts& parts) {
    service.handle(iot::DescribeIndex{parts.indexing, parts.index})
        .handle(iot::GetBucketsAggregation{parts.index})
        .handle(iot::GetCardinality{parts.index})
        .handle(iot::GetIndexingConfiguration{parts.indexing})
        .handle(iot::GetPercentiles{parts.index})
        .handle(iot::GetStatistics{parts.index})
        .handle(iot::GetThingConnectivityData{parts.index})
        .handle(iot::ListIndices{parts.indexing})
        .handle(iot::SearchIndex{parts.index})
        .handle(iot::UpdateIndexingConfiguration{parts.indexing});
}

}  // namespace gatehouse::api
