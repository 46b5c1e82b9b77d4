#include "logs/configured_levels.h"

#include <algorithm>
#include <optional>

namespace gatehouse::logs {

namespace {

Level most_verbose_of(const TenantLevels& levels) {
    if (levels.all_disabled) return Level::Disabled;
    Level most = levels.default_level;
    for (const auto& [target, level] : levels.targets) most = std::max(most, level);
    return most;
}

}  // namespace

void ConfiguredLevels::set_fallback(Level level) {
    const std::unique_lock lock(mutex_);
    if (fallback_ == level) return;
    fallback_ = level;
    note_change(most_verbose_of_all());
}

Level ConfiguredLevels::most_verbose_of_all() const {
    Level most = fallback_;
    for (const auto& [tenant, configured] : tenants_)
        most = std::max(most, configured.most_verbose);
    return most;
}

Level ConfiguredLevels::fallback() const {
    const std::shared_lock lock(mutex_);
    return fallback_;
}

void ConfiguredLevels::set(const Tenant& tenant, TenantLevels levels) {
    const Level most_verbose = most_verbose_of(levels);
    // What it replaces is freed when nobody waits for it any more.
    Configured configured{std::move(levels), most_verbose};
    const std::unique_lock lock(mutex_);
    std::swap(tenants_[tenant], configured);
    note_change(most_verbose_of_all());
}

Level ConfiguredLevels::level_for(const Subject& subject) const {
    const std::shared_lock lock(mutex_);
    const auto found = tenants_.find(subject.tenant);
    if (found == tenants_.end()) return fallback_;
    const TenantLevels& levels = found->second.levels;
    if (levels.all_disabled) return Level::Disabled;
    if (levels.targets.empty()) return levels.default_level;
    std::optional<Level> own;
    const auto consider = [&](LevelTargetType type, std::string_view name) {
        if (name.empty()) return;
        const auto target = levels.targets.find(LevelTargetView{type, name});
        if (target != levels.targets.end())
            own = std::max(own.value_or(target->second), target->second);
    };
    consider(LevelTargetType::ClientId, subject.client_id);
    consider(LevelTargetType::PrincipalId, subject.principal_id);
    consider(LevelTargetType::SourceIp, subject.source_ip);
    return own.value_or(levels.default_level);
}

}  // namespace gatehouse::logs
