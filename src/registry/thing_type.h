// A thing type: what things of a kind have in common.
// Source: AWS IoT API Reference, CreateThingType, DescribeThingType; Developer Guide, "Thing
// types".
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/tenant.h"
#include "registry/texts.h"
#include "registry/thing.h"

namespace gatehouse::registry {

struct ThingType {
    Tenant tenant;
    ThingTypeName name;
    std::string id;  // a UUID
    std::string description;
    std::vector<std::string> searchable_attributes;  // at most 3
    std::optional<WallTime> deprecated;              // since when no thing may become one
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
    Texts tags;
};

// What UpdateThingType is given; absent members stay as they are.
struct ThingTypeChange {
    std::optional<std::string> description;
    std::optional<std::vector<std::string>> searchable_attributes;
};

}  // namespace gatehouse::registry
