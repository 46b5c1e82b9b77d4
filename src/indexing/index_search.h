// Questions about a fleet index and their answers. Values only.
// Source: AWS IoT API Reference, SearchIndex, GetStatistics, ThingDocument, ThingGroupDocument.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "indexing/connectivity.h"
#include "indexing/indexing_configuration.h"
#include "registry/texts.h"

namespace gatehouse::indexing {

struct SearchQuestion {
    IndexName index = IndexName::Things;
    std::string query;
    std::size_t limit = 100;
    std::string token;  // empty: from the start
};

struct FoundThing {
    std::string name;
    std::string id;
    std::string type;
    std::vector<std::string> groups;
    registry::Texts attributes;
    std::optional<Connectivity> connectivity;  // where it is indexed
};

struct FoundGroup {
    std::string name;
    std::string id;
    std::string description;
    std::vector<std::string> parents;
    registry::Texts attributes;
};

struct SearchPage {
    std::vector<FoundThing> things;
    std::vector<FoundGroup> groups;
    std::string next_token;  // empty on the last page
};

struct AggregationQuestion {
    IndexName index = IndexName::Things;
    std::string query;
    std::string field;  // empty: the version
};

}  // namespace gatehouse::indexing
