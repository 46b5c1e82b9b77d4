// A billing group: things whose costs are told together. A thing is in at most one.
// Source: AWS IoT API Reference, CreateBillingGroup, DescribeBillingGroup; Developer Guide,
// "Tagging your AWS IoT resources", "Billing groups".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/tenant.h"
#include "registry/texts.h"
#include "registry/thing.h"

namespace gatehouse::registry {

struct BillingGroup {
    Tenant tenant;
    BillingGroupName name;
    std::string id;  // a UUID
    std::string description;
    Texts tags;
    std::uint64_t version = 1;  // one more with each change
    WallTime created{};

    // arn:aws:iot:REGION:ACCOUNT:billinggroup/NAME
    std::string arn() const;
    bool operator==(const BillingGroup&) const = default;
};

inline constexpr std::string_view billing_group_resource = "billinggroup/";

std::string arn_of(const Tenant& tenant, const BillingGroupName& name);

struct NewBillingGroup {
    BillingGroupName name;
    std::string description;
    Texts tags;
};

// What UpdateBillingGroup is given; absent members stay as they are.
struct BillingGroupChange {
    std::optional<std::string> description;
    std::optional<std::uint64_t> expected_version;
};

}  // namespace gatehouse::registry
