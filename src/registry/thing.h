// A thing: what the registry knows of a device.
// Source: AWS IoT API Reference, CreateThing, DescribeThing; AWS General Reference, "AWS IoT Core
// thing resource limits and quotas".
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/named.h"
#include "base/tenant.h"
#include "registry/attributes.h"

namespace gatehouse::registry {

using ThingName = Named<std::string, struct ThingNameTag>;          // [a-zA-Z0-9:_-]{1,128}
using ThingTypeName = Named<std::string, struct ThingTypeNameTag>;  // likewise
using BillingGroupName = Named<std::string, struct BillingGroupNameTag>;

inline constexpr std::size_t attributes_max_untyped = 3;
inline constexpr std::size_t attributes_max = 50;

struct Thing {
    Tenant tenant;
    ThingName name;
    std::string id;      // a UUID; another one when the thing is made again
    ThingTypeName type;  // empty: none
    BillingGroupName billing_group;
    Texts attributes;
    std::uint64_t version = 1;  // one more with each change
    WallTime created{};
    WallTime modified{};

    // arn:aws:iot:REGION:ACCOUNT:thing/NAME
    std::string arn() const;
    bool operator==(const Thing&) const = default;
};

std::string arn_of(const Tenant& tenant, const ThingName& name);

// What CreateThing is given. Attributes without a value are left out.
struct NewThing {
    ThingName name;
    ThingTypeName type;
    BillingGroupName billing_group;
    Texts attributes;
};

// What UpdateThing is given; absent members stay as they are.
struct ThingChange {
    std::optional<Texts> attributes;  // merged, one without a value is removed
    AttributeChange how = AttributeChange::Replace;
    std::optional<ThingTypeName> type;
    bool removes_type = false;
    std::optional<std::uint64_t> expected_version;
};

}  // namespace gatehouse::registry
