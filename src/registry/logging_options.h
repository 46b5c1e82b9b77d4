// What a tenant wants logged: its default level, and levels of single targets; kept in the store,
// and told to the log.
//
// Source: AWS IoT API Reference, SetV2LoggingOptions, GetV2LoggingOptions, SetV2LoggingLevel,
// ListV2LoggingLevels, DeleteV2LoggingLevel. Levels of thing groups are kept; they hold once there
// are thing groups.
//
// Threads: the coroutines from any loop.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "async/task.h"
#include "base/pinned.h"
#include "logs/configured_levels.h"
#include "registry/refusal.h"
#include "storage/async_resource_store.h"

namespace gatehouse::registry {

struct LoggingSettings {
    std::string role_arn;
    logs::TenantLevels levels;
};

// What SetV2LoggingOptions names; what it leaves out stays as it is.
struct LoggingChange {
    std::optional<std::string> role_arn;
    std::optional<logs::Level> default_level;
    std::optional<bool> all_disabled;
};

struct LevelListing {
    std::optional<logs::LevelTargetType> type;
    std::size_t limit = 250;  // 0 to 250; with 0 only the token tells whether there are any
    std::string token;        // empty: from the start
};

struct LevelPage {
    std::vector<std::pair<logs::LevelTarget, logs::Level>> levels;
    std::string next_token;  // empty on the last page
};

class LoggingOptions : Pinned {
public:
    static constexpr std::size_t targets_max = 1000;  // a tenant; ours

    // Reads what is stored, and tells the levels; blocking, for start-up. Both must outlive it.
    static Result<std::unique_ptr<LoggingOptions>> load(storage::AsyncResourceStore& store,
                                                        logs::ConfiguredLevels& levels);

    // Blocking; none: nothing was ever set.
    static Result<std::optional<LoggingSettings>> read(storage::ResourceStore& store,
                                                       const Tenant& tenant);

    async::Task<Outcome<void>> set(Tenant tenant, LoggingChange change);
    // NotConfigured.
    async::Task<Outcome<LoggingSettings>> get(Tenant tenant);
    // NotConfigured, LimitExceeded.
    async::Task<Outcome<void>> set_level(Tenant tenant, logs::LevelTarget target,
                                         logs::Level level);
    // NotConfigured, InvalidRequest (a token of another listing).
    async::Task<Outcome<LevelPage>> list(Tenant tenant, LevelListing listing);
    // Does nothing when there is none.
    async::Task<Outcome<void>> remove_level(Tenant tenant, logs::LevelTarget target);

private:
    LoggingOptions(storage::AsyncResourceStore& store, logs::ConfiguredLevels& levels)
        : store_(store), levels_(levels) {}

    // Reads the tenant's settings, lets `change` alter them, stores them and tells the levels.
    template <class Change>
    async::Task<Outcome<void>> alter(Tenant tenant, Change change);
    // VersionConflict: somebody else stored settings meanwhile.
    template <class Change>
    Outcome<void> try_alter(storage::ResourceStore& store, const Tenant& tenant,
                            const Change& change);

    storage::AsyncResourceStore& store_;
    logs::ConfiguredLevels& levels_;
    std::mutex changing_;  // held from reading to telling, so that the newest is told last
};

}  // namespace gatehouse::registry
