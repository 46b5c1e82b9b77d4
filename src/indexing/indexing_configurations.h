// The indexing configurations over the store, and their rules.
// Source: AWS IoT API Reference, GetIndexingConfiguration, UpdateIndexingConfiguration. At first
// nothing is indexed.
//
// Threads: every method may be called from any thread, and blocks; see registry/on_workers.h.
#pragma once

#include <optional>

#include "indexing/indexing_configuration.h"
#include "registry/on_workers.h"
#include "registry/stored.h"
#include "storage/resource_store.h"

namespace gatehouse::indexing {

inline const storage::Kind indexing_configuration_kind{"indexing-configuration"};

// Developer Guide, "Manage thing indexing", "Maximum values".
inline constexpr std::size_t custom_fields_max = 5;
// AWS General Reference, "AWS IoT Device Management fleet indexing quotas".
inline constexpr std::size_t shadow_names_max = 10;

class IndexingConfigurationRecords {
public:
    struct Parts {};
    // The store must outlive it.
    IndexingConfigurationRecords(storage::ResourceStore& store, const Parts&) : store_(store) {}

    registry::Outcome<IndexingConfiguration> get(const Tenant& tenant);
    // What is absent stays as it is. InvalidRequest.
    registry::Outcome<void> update(const Tenant& tenant, const std::optional<ThingIndexing>& things,
                                   const std::optional<ThingGroupIndexing>& groups);

private:
    struct Read {
        IndexingConfiguration configuration;
        storage::Revision revision;  // 0: there is no record
    };
    registry::Outcome<Read> read(const Tenant& tenant);
    registry::Outcome<void> try_update(const Tenant& tenant,
                                       const std::optional<ThingIndexing>& things,
                                       const std::optional<ThingGroupIndexing>& groups);

    storage::ResourceStore& store_;
};

using IndexingConfigurations = registry::OnWorkers<IndexingConfigurationRecords>;

}  // namespace gatehouse::indexing
