// The fleet index between the API's shapes and its own values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/shapes/iot/types/index_status.h"
#include "api/shapes/iot/types/statistics.h"
#include "api/shapes/iot/types/thing_document.h"
#include "api/shapes/iot/types/thing_group_document.h"
#include "api/shapes/iot/types/thing_group_indexing_configuration.h"
#include "api/shapes/iot/types/thing_indexing_configuration.h"
#include "api/wire/failure.h"
#include "indexing/index_search.h"
#include "indexing/index_worker.h"
#include "indexing/indexing_configuration.h"

namespace gatehouse::api::iot {

inline constexpr std::string_view only_query_version = "2017-09-30";

// ResourceNotFound: there is none of this name.
wire::Outcome<indexing::IndexName> index_named(const std::string& name);
// The index that is asked, in the one version of its language. Absent: the one of things.
wire::Outcome<indexing::IndexName> index_asked(const std::optional<std::string>& name,
                                               const std::optional<std::string>& query_version);
// InvalidRequest: another index than that of things, or another version.
wire::Outcome<void> things_asked(const std::optional<std::string>& name,
                                 const std::optional<std::string>& query_version);
wire::Outcome<indexing::AggregationQuestion> question_of(
    const std::optional<std::string>& index, const std::optional<std::string>& query_version,
    const std::string& query, std::optional<std::string> field);
wire::Outcome<void> check_percents(const std::vector<double>& percents);

indexing::ThingIndexing indexing_of(ThingIndexingConfiguration configuration);
indexing::ThingGroupIndexing indexing_of(ThingGroupIndexingConfiguration configuration);
ThingIndexingConfiguration shape_of(const indexing::ThingIndexing& indexing);
ThingGroupIndexingConfiguration shape_of(const indexing::ThingGroupIndexing& indexing);
IndexStatus shape_of(indexing::IndexWorker::State state);
Statistics shape_of(const indexing::Statistics& statistics);
std::vector<ThingDocument> shapes_of(std::vector<indexing::FoundThing> things);
std::vector<ThingGroupDocument> shapes_of(std::vector<indexing::FoundGroup> groups);

}  // namespace gatehouse::api::iot
