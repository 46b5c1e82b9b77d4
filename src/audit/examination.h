// What a check comes to: all resources that it is about, looked at page by page, and those of them
// that are not as they should be.
// Source: AWS IoT Device Defender Developer Guide, "Audit checks", each check's page.
//
// Threads: any; blocks, as the store does.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "audit/configuration.h"
#include "audit/resource.h"
#include "base/clock.h"
#include "base/tenant.h"
#include "registry/refusal.h"
#include "storage/resource_store.h"

namespace gatehouse::audit {

// A resource that is not as it should be, and why.
struct NonCompliance {
    AuditedResource resource;
    std::vector<AuditedResource> related;
    std::string reason;       // a sentence
    std::string reason_code;  // AWS's

    bool operator==(const NonCompliance&) const = default;
};

struct Examination {
    storage::ResourceStore& store;
    const Tenant& tenant;
    const Clock& clock;
    const AuditConfiguration& configuration;
    std::string page_token;  // empty: from the start; else as the page before gave it
};

struct ExaminedPage {
    std::uint64_t looked_at = 0;
    std::vector<NonCompliance> found;  // a resource may be there for several reasons, side by side
    std::string next;                  // empty on the last page
};

// Requires: a check that can be made here.
Outcome<ExaminedPage> examine(Check check, const Examination& examination);

}  // namespace gatehouse::audit
