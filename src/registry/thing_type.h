// A thing type: what things of a kind have in common.
// Source: AWS IoT API Reference, CreateThingType, DescribeThingType; Developer Guide, "Thing
// types".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/tenant.h"
#include "registry/texts.h"
#include "registry/thing.h"

namespace gatehouse::registry {

// What goes along with each message of a thing of this type, as an MQTT 5 user property.
// Source: AWS IoT API Reference, PropagatingAttribute; Developer Guide, "Adding propagating
// attributes for message enrichment".
struct PropagatingAttribute {
    std::string user_property;
    // One of these is given: a thing's own, which goes along where the thing has it, or one of the
    // connection, of the two below.
    std::string thing_attribute;
    std::string connection_attribute;

    bool operator==(const PropagatingAttribute&) const = default;
};
inline constexpr std::string_view client_id_attribute = "iot:ClientId";
inline constexpr std::string_view thing_name_attribute = "iot:Thing.ThingName";

struct ThingType {
    Tenant tenant;
    ThingTypeName name;
    std::string id;  // a UUID
    std::string description;
    std::vector<std::string> searchable_attributes;  // at most 3
    std::vector<PropagatingAttribute> propagating;
    std::optional<WallTime> deprecated;  // since when no thing may become one
    Texts tags;
    WallTime created{};

    // arn:aws:iot:REGION:ACCOUNT:thingtype/NAME
    std::string arn() const;
    bool operator==(const ThingType&) const = default;
};

struct NewThingType {
    ThingTypeName name;
    std::string description;
    std::vector<std::string> searchable_attributes;
    std::vector<PropagatingAttribute> propagating = {};
    Texts tags;
};

// What UpdateThingType is given; absent members stay as they are.
struct ThingTypeChange {
    std::optional<std::string> description;
    std::optional<std::vector<std::string>> searchable_attributes;
    std::optional<std::vector<PropagatingAttribute>> propagating = {};
};

}  // namespace gatehouse::registry
