// Levels that users configure: one for an account and region, others for single clients,
// principals, source addresses and thing groups.
//
// Source: AWS IoT Core API Reference, SetV2LoggingOptions, SetV2LoggingLevel. Of several levels
// that fit, the most verbose holds; AWS does not say.
//
// Threads: any.
#pragma once

#include <compare>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <utility>

#include "base/pinned.h"
#include "logs/level.h"

namespace gatehouse::logs {

// Named as `targetType` of the API.
enum class LevelTargetType : std::uint8_t { ThingGroup, ClientId, SourceIp, PrincipalId };

struct LevelTarget {
    LevelTargetType type = LevelTargetType::ClientId;
    std::string name;

    auto operator<=>(const LevelTarget&) const = default;
    bool operator==(const LevelTarget&) const = default;
};
struct LevelTargetView {
    LevelTargetType type = LevelTargetType::ClientId;
    std::string_view name;
};
// By type and name; a view finds its target without a copy of the name.
struct LevelTargetOrder {
    using is_transparent = void;
    bool operator()(const auto& left, const auto& right) const {
        return std::pair(left.type, std::string_view(left.name)) <
               std::pair(right.type, std::string_view(right.name));
    }
};
using TargetLevels = std::map<LevelTarget, Level, LevelTargetOrder>;

// Of one account and region.
struct TenantLevels {
    Level default_level = Level::Error;
    bool all_disabled = false;
    TargetLevels targets;
};

class ConfiguredLevels final : public LevelResolver, Pinned {
public:
    // `fallback`: where nothing is configured.
    explicit ConfiguredLevels(Level fallback) : LevelResolver(fallback), fallback_(fallback) {}

    void set_fallback(Level level);
    Level fallback() const;
    // Replaces what is configured for the tenant.
    void set(const Tenant& tenant, TenantLevels levels);

    Level level_for(const Subject& subject) const override;

private:
    struct Configured {
        TenantLevels levels;
        Level most_verbose = Level::Disabled;  // of them
    };
    Level most_verbose_of_all() const;  // the caller has mutex_

    // On a cache line of its own: its readers write it, and what is before it is read for each
    // message.
    alignas(64) mutable std::shared_mutex mutex_;
    // Guarded by mutex_.
    Level fallback_;
    std::map<Tenant, Configured> tenants_;
};

}  // namespace gatehouse::logs
