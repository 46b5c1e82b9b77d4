// Amazon Resource Names: arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE.
// Source: IAM User Guide, "Amazon Resource Names (ARNs)".
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/tenant.h"

namespace gatehouse {

struct Arn {
    std::string partition = "aws";
    std::string service;
    std::string region;
    std::string account;
    std::string resource;  // everything after the fifth colon, further colons included

    std::string text() const;
    bool operator==(const Arn&) const = default;
};

// Splits at the first five colons; the parts may be empty or hold wildcards.
Result<Arn> parse_arn(std::string_view text);

// "aws", "aws-cn" or "aws-us-gov", by region name.
std::string_view partition_of(const Region& region);

// Whether it is of the partition that its region is in, or `otherwise` where it names no region.
// One of another partition means nothing here, or it would be a second name of the same thing,
// which no policy knows.
bool is_of_own_partition(const Arn& arn, const Region& otherwise);

// An ARN of this tenant, e.g. make_arn(tenant, "iot", "authorizer/AutoCustom").
std::string make_arn(const Tenant& tenant, std::string_view service, std::string_view resource);

}  // namespace gatehouse
