#include "registry/event_settings.h"

#include "base/json.h"
#include "registry/persistently.h"
#include "registry/record_reader.h"

namespace gatehouse::registry {
namespace {

constexpr RecordWords words{"event configuration", "eventConfigurations"};
constexpr const char* enabled_member = "enabled";  // on disk

storage::RecordKey key_of(const Tenant& tenant) {
    static const storage::Kind kind{"event-configurations"};
    return {tenant, kind, "all"};
}

}  // namespace

Outcome<EventSettingsRecords::Read> EventSettingsRecords::read(const Tenant& tenant) {
    const auto record = store_.get(key_of(tenant));
    if (!record && record.error().kind == ErrorKind::NotFound) return Read();
    if (!record) return refuse(refused_by(record.error()));
    const auto body = body_of(*record, words.what);
    if (!body) return refuse(refused_by(body.error()));
    RecordReader reader(*body);
    Read read{.settings = {.enabled = {}, .created = record->created, .modified = record->modified},
              .revision = record->revision};
    for (std::string& name : reader.names(enabled_member)) read.settings.enabled[name] = true;
    if (!reader.is_whole()) return refuse(refused_by(unreadable(*record, words.what).error()));
    return read;
}

Outcome<EventSettings> EventSettingsRecords::get(const Tenant& tenant) {
    auto stored = read(tenant);
    if (!stored) return refuse(std::move(stored.error()));
    return std::move(stored->settings);
}

Outcome<void> EventSettingsRecords::update(
    const Tenant& tenant, const std::map<std::string, bool, std::less<>>& enabled) {
    return persistently([&] { return try_update(tenant, enabled); });
}

Outcome<void> EventSettingsRecords::try_update(
    const Tenant& tenant, const std::map<std::string, bool, std::less<>>& enabled) {
    auto stored = read(tenant);
    if (!stored) return refuse(std::move(stored.error()));
    auto& all = stored->settings.enabled;
    for (const auto& [name, is_enabled] : enabled) all[name] = is_enabled;
    json::array names;
    for (const auto& [name, is_enabled] : all) {
        if (is_enabled) names.emplace_back(name);
    }
    const auto key = key_of(tenant);
    const Error overtaken = changed_meanwhile(words, "");
    storage::Batch batch;
    if (stored->revision == storage::Revision(0)) {
        batch.require(storage::IsAbsent{key}, overtaken);
    } else {
        batch.require(storage::HasRevision{key, stored->revision}, overtaken);
    }
    batch.put(key, to_text(json::object{{enabled_member, std::move(names)}}));
    if (const auto written = store_.apply(batch); !written) {
        return refuse(refused_by(written.error()));
    }
    return {};
}

}  // namespace gatehouse::registry
