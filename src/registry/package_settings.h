// Whether jobs that succeed note the packages' versions they brought in the thing's shadow.
// Source: AWS IoT API Reference, GetPackageConfiguration, UpdatePackageConfiguration; Developer
// Guide, "Software Package Catalog".
//
// Threads: every method may be called from any thread, and blocks; see on_workers.h.
#pragma once

#include <optional>
#include <string>

#include "base/tenant.h"
#include "registry/on_workers.h"
#include "registry/refusal.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

struct PackageSettings {
    bool jobs_update_versions = false;
    std::string role_arn;  // in whose name; empty: none was ever given

    bool operator==(const PackageSettings&) const = default;
};

// What UpdatePackageConfiguration is given; absent members stay as they are.
struct PackageSettingsChange {
    std::optional<bool> jobs_update_versions;
    std::optional<std::string> role_arn;
};

class PackageSettingsRecords {
public:
    struct Parts {};
    // The store must outlive it.
    PackageSettingsRecords(storage::ResourceStore& store, const Parts&) : store_(store) {}

    Outcome<PackageSettings> get(const Tenant& tenant);
    // InvalidRequest: no role's ARN, or none where versions are to be noted.
    Outcome<void> update(const Tenant& tenant, const PackageSettingsChange& change);

private:
    Outcome<void> try_update(const Tenant& tenant, const PackageSettingsChange& change);

    storage::ResourceStore& store_;
};

using PackageConfigurations = OnWorkers<PackageSettingsRecords>;

}  // namespace gatehouse::registry
