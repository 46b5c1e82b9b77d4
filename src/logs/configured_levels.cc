#include "logs/configured_levels.h"

#include <algorithm>
#include <optional>

namespace gatehouse::logs {

void ConfiguredLevels::set_fallback(Level level) {
    {
        const std::unique_lock lock(mutex_);
        if (fallback_ == level) return;
        fallback_ = level;
        note_change(most_verbose_of_all());
    }
    tell_watcher();
}

void ConfiguredLevels::set_watcher(std::function<void()> watcher) {
    const std::unique_lock lock(mutex_);
    watcher_ = std::move(watcher);
}

void ConfiguredLevels::tell_watcher() {
    const std::shared_lock lock(mutex_);
    if (watcher_) watcher_();
}

Level ConfiguredLevels::most_verbose_of_all() const {
    Level most = fallback_;
    for (const auto& [tenant, levels] : tenants_) {
        if (levels.all_disabled) continue;
        most = std::max(most, levels.default_level);
        for (const auto& [target, level] : levels.targets) most = std::max(most, level);
    }
    return most;
}

Level ConfiguredLevels::fallback() const {
    const std::shared_lock lock(mutex_);
    return fallback_;
}

void ConfiguredLevels::set(const Tenant& tenant, TenantLevels levels) {
    {
        const std::unique_lock lock(mutex_);
        tenants_.insert_or_assign(tenant, std::move(levels));
        note_change(most_verbose_of_all());
    }
    tell_watcher();
}

Level ConfiguredLevels::level_for(const Subject& subject) const {
    const std::shared_lock lock(mutex_);
    const auto found = tenants_.find(subject.tenant);
    if (found == tenants_.end()) return fallback_;
    const TenantLevels& levels = found->second;
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
