// What the fleet index holds of one thing or thing group: its name, and the values of its fields
// as texts. Values only.
//
// Source: AWS IoT Developer Guide, "Managing fleet indexing": the fields that are managed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::indexing {

struct Field {
    std::string_view name;  // of a FieldNames that lives as long, or a literal
    std::string value;
};

struct Document {
    std::string name;
    std::vector<Field> fields;  // one with several values stands here as often
    // The first so many do not follow from queries: behind them are the dynamic groups, of which
    // the queries of dynamic groups know nothing, so that none depends on another.
    std::size_t own_fields = 0;
    std::size_t static_groups = 0;  // of a thing

    // The first value; empty: none.
    std::string_view value_of(std::string_view field) const;
    std::vector<std::string> values_of(std::string_view field) const;
};

namespace fields {
inline constexpr std::string_view thing_name = "thingName";
inline constexpr std::string_view thing_id = "thingId";
inline constexpr std::string_view thing_type = "thingTypeName";
inline constexpr std::string_view thing_groups = "thingGroupNames";
inline constexpr std::string_view thing_version = "registry.version";
inline constexpr std::string_view attributes = "attributes.";  // and the attribute's name
inline constexpr std::string_view connectivity = "connectivity.";
inline constexpr std::string_view connected = "connectivity.connected";
inline constexpr std::string_view connectivity_time = "connectivity.timestamp";
inline constexpr std::string_view disconnect_reason = "connectivity.disconnectReason";
inline constexpr std::string_view connectivity_version = "connectivity.version";
inline constexpr std::string_view group_name = "thingGroupName";
inline constexpr std::string_view group_id = "thingGroupId";
inline constexpr std::string_view group_version = "version";
inline constexpr std::string_view group_description = "thingGroupDescription";
inline constexpr std::string_view parent_groups = "parentGroupNames";
}  // namespace fields

// A field by the name that documents have it under: some have two.
std::string_view plain_field_name(std::string_view name);

}  // namespace gatehouse::indexing
