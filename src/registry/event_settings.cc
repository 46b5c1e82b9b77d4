#include "registry/event_settings.h"

#include "base/json.h"
#include "registry/account_record.h"

namespace gatehouse::registry {
namespace {

const storage::Kind event_settings_kind{"event-configurations"};
constexpr RecordWords event_settings_words{"event configuration", "eventConfigurations"};
constexpr const char* enabled_member = "enabled";  // on disk

Outcome<AccountRecord<EventSettings>> read_event_settings(storage::ResourceStore& store,
                                                          const Tenant& tenant) {
    return read_account_record<EventSettings>(
        store, account_key(tenant, event_settings_kind), event_settings_words,
        [](RecordReader& reader) {
            EventSettings settings;
            for (std::string& name : reader.names(enabled_member)) settings.enabled[name] = true;
            return settings;
        });
}

}  // namespace

Outcome<EventSettings> EventSettingsRecords::get(const Tenant& tenant) {
    auto stored = read_event_settings(store_, tenant);
    if (!stored) return refuse(std::move(stored.error()));
    stored->value.created = stored->created;
    stored->value.modified = stored->modified;
    return std::move(stored->value);
}

Outcome<void> EventSettingsRecords::update(
    const Tenant& tenant, const std::map<std::string, bool, std::less<>>& enabled) {
    return persistently([&] { return try_update(tenant, enabled); });
}

Outcome<void> EventSettingsRecords::try_update(
    const Tenant& tenant, const std::map<std::string, bool, std::less<>>& enabled) {
    auto stored = read_event_settings(store_, tenant);
    if (!stored) return refuse(std::move(stored.error()));
    auto& all = stored->value.enabled;
    for (const auto& [name, is_enabled] : enabled) all[name] = is_enabled;
    json::array names;
    for (const auto& [name, is_enabled] : all) {
        if (is_enabled) names.emplace_back(name);
    }
    return write_account_record(store_, account_key(tenant, event_settings_kind),
                                event_settings_words, stored->revision,
                                {{enabled_member, std::move(names)}});
}

}  // namespace gatehouse::registry
