// Which changes of the registry a tenant wants to hear of on `$aws/events/…`.
// Source: AWS IoT API Reference, DescribeEventConfigurations, UpdateEventConfigurations. At first
// nothing is told.
//
// Threads: every method may be called from any thread, and blocks; see on_workers.h.
#pragma once

#include <map>
#include <string>

#include "base/clock.h"
#include "base/tenant.h"
#include "registry/on_workers.h"
#include "registry/stored.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

struct EventSettings {
    std::map<std::string, bool, std::less<>>
        enabled;         // by AWS's names, "THING"; what is absent is off
    WallTime created{};  // 0: nothing was ever set
    WallTime modified{};

    bool operator==(const EventSettings&) const = default;
};

class EventSettingsRecords {
public:
    struct Parts {};
    // The store must outlive it.
    EventSettingsRecords(storage::ResourceStore& store, const Parts&) : store_(store) {}

    Outcome<EventSettings> get(const Tenant& tenant);
    // What is not named stays as it is.
    Outcome<void> update(const Tenant& tenant,
                         const std::map<std::string, bool, std::less<>>& enabled);

private:
    Outcome<void> try_update(const Tenant& tenant,
                             const std::map<std::string, bool, std::less<>>& enabled);

    storage::ResourceStore& store_;
};

using EventConfigurations = OnWorkers<EventSettingsRecords>;

}  // namespace gatehouse::registry
