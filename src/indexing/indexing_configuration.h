// What a tenant wants to be indexed.
// Source: AWS IoT API Reference, UpdateIndexingConfiguration, ThingIndexingConfiguration; Developer
// Guide, "Manage thing indexing", "Managing fleet indexing".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "indexing/aggregation.h"

namespace gatehouse::indexing {

enum class IndexName : std::uint8_t { Things, ThingGroups };
inline constexpr std::string_view things_index = "AWS_Things";
inline constexpr std::string_view thing_groups_index = "AWS_ThingGroups";

struct NamedField {
    std::string name;
    FieldType type = FieldType::String;

    bool operator==(const NamedField&) const = default;
};

struct GeoLocation {
    std::string name;   // of the field that holds the place
    std::string order;  // "LatLon", "LonLat"

    bool operator==(const GeoLocation&) const = default;
};

struct ThingIndexing {
    enum class Mode : std::uint8_t { Off, Registry, RegistryAndShadow };
    Mode mode = Mode::Off;
    bool has_connectivity = false;
    bool has_violations = false;  // of Device Defender: none are ever found
    bool has_named_shadows = false;
    std::vector<NamedField> custom_fields;
    std::vector<std::string> shadow_names;
    std::vector<GeoLocation> geo_locations;

    bool is_on() const { return mode != Mode::Off; }
    bool operator==(const ThingIndexing&) const = default;
};

struct ThingGroupIndexing {
    bool is_on = false;
    std::vector<NamedField> custom_fields;

    bool operator==(const ThingGroupIndexing&) const = default;
};

struct IndexingConfiguration {
    ThingIndexing things;
    ThingGroupIndexing groups;

    bool is_on(IndexName index) const {
        return index == IndexName::Things ? things.is_on() : groups.is_on;
    }
    bool operator==(const IndexingConfiguration&) const = default;
};

// The fields whose types are known without saying.
std::vector<NamedField> managed_fields(const ThingIndexing& indexing);
std::vector<NamedField> managed_fields(const ThingGroupIndexing& indexing);

// Of a managed or custom field; nothing: it is neither.
std::optional<FieldType> type_of(const IndexingConfiguration& configuration, IndexName index,
                                 std::string_view field);

// As DescribeIndex calls what is indexed: "REGISTRY_AND_CONNECTIVITY_STATUS".
std::string_view schema_of(const IndexingConfiguration& configuration, IndexName index);

std::string_view text_of(FieldType type);
std::optional<FieldType> field_type_of(std::string_view text);

}  // namespace gatehouse::indexing
