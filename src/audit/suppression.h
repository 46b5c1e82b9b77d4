// Findings that somebody knows of, and does not want to hear of again.
// Source: AWS IoT API Reference, CreateAuditSuppression and its siblings; AWS IoT Device Defender
// Developer Guide, "Audit finding suppressions".
//
// Threads: every method of the records may be called from any thread, and blocks; see on_workers.h.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "audit/resource.h"
#include "base/clock.h"
#include "base/tenant.h"
#include "registry/listing.h"
#include "registry/on_workers.h"
#include "registry/refusal.h"
#include "storage/resource_store.h"

namespace gatehouse::audit {

using registry::Outcome;

inline constexpr std::size_t suppressions_max = 1000;  // a tenant; ours

// What it is about: the findings of a check on one resource.
struct SuppressionKey {
    Check check = Check::LoggingDisabled;
    ResourceIdentifier resource;

    auto operator<=>(const SuppressionKey&) const = default;
    bool operator==(const SuppressionKey&) const = default;
};

struct Suppression {
    SuppressionKey key;
    std::optional<WallTime> expires;  // none: it holds for good
    std::string description;

    bool holds_at(WallTime now) const { return !expires || now < *expires; }
    bool operator==(const Suppression&) const = default;
};

struct SuppressionChange {
    std::optional<WallTime> expires;
    std::optional<bool> for_good;
    std::optional<std::string> description;
};

struct SuppressionFilter {
    std::optional<Check> check;
    std::optional<ResourceIdentifier> resource;
};

class SuppressionRecords {
public:
    struct Parts {
        const Clock& clock;
    };
    // The store must outlive it.
    SuppressionRecords(storage::ResourceStore& store, const Parts& parts)
        : store_(store), parts_(parts) {}

    // `request_token` is of the call, so that a repeated one finds its own. InvalidRequest: it has
    // passed already, or the resource is of another type than the check is about.
    // ResourceAlreadyExists, LimitExceeded.
    Outcome<void> create(const Tenant& tenant, const Suppression& wanted,
                         const std::string& request_token);
    // ResourceNotFound.
    Outcome<Suppression> describe(const Tenant& tenant, const SuppressionKey& key);
    // ResourceNotFound, InvalidRequest.
    Outcome<void> update(const Tenant& tenant, const SuppressionKey& key,
                         const SuppressionChange& change);
    // What is not there does not matter.
    Outcome<void> remove(const Tenant& tenant, const SuppressionKey& key);
    // By when they expire; those that hold for good last.
    Outcome<registry::Page<Suppression>> list(const Tenant& tenant, const SuppressionFilter& filter,
                                              const registry::Listing& listing);

    // Whether a finding is suppressed now.
    Outcome<bool> holds(const Tenant& tenant, const SuppressionKey& key);

private:
    Outcome<void> try_update(const Tenant& tenant, const SuppressionKey& key,
                             const SuppressionChange& change);

    storage::ResourceStore& store_;
    const Parts parts_;
};

using Suppressions = registry::OnWorkers<SuppressionRecords>;

}  // namespace gatehouse::audit
