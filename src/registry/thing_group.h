// A thing group: things that are managed together. Those of a static one were put into it, and have
// the policies of its hierarchy; those of a dynamic one are what a query of the fleet index finds.
// Source: AWS IoT API Reference, CreateThingGroup, CreateDynamicThingGroup, DescribeThingGroup;
// Developer Guide, "Static thing groups", "Dynamic thing groups"; AWS General Reference, "AWS IoT
// Core thing group resource limits and quotas".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/named.h"
#include "base/tenant.h"
#include "registry/attributes.h"

namespace gatehouse::registry {

using ThingGroupName = Named<std::string, struct ThingGroupNameTag>;  // [a-zA-Z0-9:_-]{1,128}

inline constexpr std::size_t group_depth_max = 7;
inline constexpr std::size_t group_children_max = 100;  // direct ones
inline constexpr std::size_t group_attributes_max = 50;
inline constexpr std::size_t groups_of_a_thing_max = 10;
inline constexpr std::size_t dynamic_groups_max = 100;

enum class GroupKind : std::uint8_t { Static, Dynamic };

struct ThingGroup {
    Tenant tenant;
    ThingGroupName name;
    std::string id;                         // a UUID
    std::vector<ThingGroupName> ancestors;  // the root first, the parent last; never changes
    std::string description;
    Texts attributes;
    Texts tags;
    // Of a dynamic group: which things are in it, in the language of the fleet index.
    std::string query;
    std::uint64_t version = 1;  // one more with each change
    WallTime created{};

    // arn:aws:iot:REGION:ACCOUNT:thinggroup/NAME
    std::string arn() const;
    // Empty: it is a root.
    ThingGroupName parent() const {
        return ancestors.empty() ? ThingGroupName() : ancestors.back();
    }
    GroupKind kind() const { return query.empty() ? GroupKind::Static : GroupKind::Dynamic; }
    bool is_dynamic() const { return kind() == GroupKind::Dynamic; }
    const ThingGroupName& root() const { return ancestors.empty() ? name : ancestors.front(); }
    // The ancestors and the group itself.
    std::vector<ThingGroupName> line() const;
    bool operator==(const ThingGroup&) const = default;
};

inline constexpr std::string_view thing_group_resource = "thinggroup/";

std::string arn_of(const Tenant& tenant, const ThingGroupName& name);

// Attributes without a value are left out.
struct NewThingGroup {
    ThingGroupName name;
    ThingGroupName parent;  // empty: none
    std::string description;
    Texts attributes;
    Texts tags;
    std::string query;  // of a dynamic group, checked; empty: it is static
};

// What UpdateThingGroup is given; absent members stay as they are.
struct ThingGroupChange {
    std::optional<std::string> description;
    std::optional<Texts> attributes;  // merged, one without a value is removed
    AttributeChange how = AttributeChange::Replace;
    std::optional<std::string> query;  // checked
    std::optional<std::uint64_t> expected_version;
    GroupKind kind = GroupKind::Static;  // as which it is addressed
};

}  // namespace gatehouse::registry
