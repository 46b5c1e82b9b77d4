#include "registry/logging_options.h"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/encoding.h"
#include "base/json.h"
#include "registry/persistently.h"

namespace gatehouse::registry {
namespace {

const storage::Kind kind("logging-options");
constexpr const char* record_name = "v2";

storage::RecordKey settings_key(const Tenant& tenant) {
    return {tenant, kind, record_name};
}

std::string encode(const LoggingSettings& settings) {
    json::array targets;
    for (const auto& [target, level] : settings.levels.targets) {
        targets.push_back(json::object{{"type", static_cast<std::uint64_t>(target.type)},
                                       {"name", target.name},
                                       {"level", logs::name_of(level)}});
    }
    return to_text(json::object{{"roleArn", settings.role_arn},
                                {"defaultLevel", logs::name_of(settings.levels.default_level)},
                                {"allDisabled", settings.levels.all_disabled},
                                {"targets", std::move(targets)}});
}

// Of a level that stands in the store under its name.
logs::Level as_aws_has_it(logs::Level level) {
    return level == logs::Level::Info ? logs::Level::Messages : level;
}

std::optional<logs::Level> level_in(const json::object& object, const char* name) {
    const json::value* value = object.if_contains(name);
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return logs::parse_level(std::string_view(value->get_string()));
}

std::optional<LoggingSettings> read(const json::object& object) {
    const auto level = level_in(object, "defaultLevel");
    const json::value* role = object.if_contains("roleArn");
    const json::value* disabled = object.if_contains("allDisabled");
    const json::value* targets = object.if_contains("targets");
    if (!level || role == nullptr || !role->is_string() || disabled == nullptr ||
        !disabled->is_bool() || targets == nullptr || !targets->is_array()) {
        return std::nullopt;
    }
    LoggingSettings settings{
        .role_arn = std::string(std::string_view(role->get_string())),
        .levels = {.default_level = *level, .all_disabled = disabled->get_bool(), .targets = {}}};
    for (const json::value& each : targets->get_array()) {
        if (!each.is_object()) return std::nullopt;
        const json::object& target = each.get_object();
        const json::value* type = target.if_contains("type");
        const json::value* name = target.if_contains("name");
        const auto own = level_in(target, "level");
        if (!own || type == nullptr || !type->is_number() || name == nullptr ||
            !name->is_string()) {
            return std::nullopt;
        }
        const auto number = type->to_number<std::uint64_t>();
        if (number > static_cast<std::uint64_t>(logs::LevelTargetType::PrincipalId)) {
            return std::nullopt;
        }
        settings.levels.targets.emplace(
            logs::LevelTarget{static_cast<logs::LevelTargetType>(number),
                              std::string(std::string_view(name->get_string()))},
            *own);
    }
    return settings;
}

Result<LoggingSettings> decode_settings(const storage::Record& record) {
    const auto parsed = parse_json(record.body, "the stored logging options");
    auto settings = parsed && parsed->is_object() ? read(parsed->get_object()) : std::nullopt;
    if (settings) return std::move(*settings);
    return fail(ErrorKind::Corrupt,
                fmt::format("the stored logging options of account {}, region {} do not read back; "
                            "set them again, or restore the database",
                            record.key.tenant.account.view(), record.key.tenant.region.view()));
}

Refused not_configured() {
    return {.refusal = Refusal::NotConfigured,
            .message =
                "logging is not configured for this account and region; call "
                "SetV2LoggingOptions first"};
}

Error changed_meanwhile() {
    return {ErrorKind::Conflict,
            "the logging options were changed meanwhile; look at them and try again",
            {}};
}

// The settings and their revision; empty: there are none.
struct StoredSettings {
    LoggingSettings settings;
    storage::Revision revision;
};
Result<std::optional<StoredSettings>> read_settings(storage::ResourceStore& store,
                                                    const Tenant& tenant) {
    const auto record = store.get(settings_key(tenant));
    if (!record && record.error().kind == ErrorKind::NotFound)
        return std::optional<StoredSettings>();
    if (!record) return fail(record.error());
    auto settings = decode_settings(*record);
    if (!settings) return fail(std::move(settings.error()));
    return StoredSettings{std::move(*settings), record->revision};
}

}  // namespace

Result<std::unique_ptr<LoggingOptions>> LoggingOptions::load(storage::AsyncResourceStore& store,
                                                             logs::ConfiguredLevels& levels) {
    std::optional<Error> problem;
    const auto scanned = store.blocking().scan(kind, [&](const storage::Record& record) {
        auto settings = decode_settings(record);
        if (settings) {
            levels.set(record.key.tenant, std::move(settings->levels));
        } else {
            problem = std::move(settings.error());
        }
    });
    if (!scanned) return fail(scanned.error());
    if (problem) return fail(std::move(*problem));
    return std::unique_ptr<LoggingOptions>(new LoggingOptions(store, levels));
}

Result<std::optional<LoggingSettings>> LoggingOptions::read(storage::ResourceStore& store,
                                                            const Tenant& tenant) {
    auto stored = read_settings(store, tenant);
    if (!stored) return fail(std::move(stored.error()));
    if (!*stored) return std::optional<LoggingSettings>();
    return std::move((*stored)->settings);
}

template <class Change>
async::Task<Outcome<void>> LoggingOptions::alter(Tenant tenant, Change change) {
    auto done = co_await store_.run(
        [this, tenant, change](storage::ResourceStore& store) -> Result<Outcome<void>> {
            const std::lock_guard lock(changing_);
            return persistently([&] { return try_alter(store, tenant, change); });
        });
    if (!done) co_return refuse(refused_by(done.error()));
    co_return std::move(*done);
}

template <class Change>
Outcome<void> LoggingOptions::try_alter(storage::ResourceStore& store, const Tenant& tenant,
                                        const Change& change) {
    auto stored = read_settings(store, tenant);
    if (!stored) return refuse(refused_by(stored.error()));
    std::optional<LoggingSettings> settings;
    if (*stored) settings = std::move((*stored)->settings);
    if (Outcome<void> allowed = change(settings); !allowed) return allowed;
    const storage::RecordKey key = settings_key(tenant);
    storage::Batch batch;
    if (*stored) {
        batch.require(storage::HasRevision{key, (*stored)->revision}, changed_meanwhile());
    } else {
        batch.require(storage::IsAbsent{key}, changed_meanwhile());
    }
    const auto applied = store.apply(batch.put(key, encode(*settings)));
    if (!applied) return refuse(refused_by(applied.error()));
    levels_.set(tenant, std::move(settings->levels));
    return {};
}

async::Task<Outcome<void>> LoggingOptions::set(Tenant tenant, LoggingChange change) {
    return alter(std::move(tenant),
                 [change = std::move(change), usual = as_aws_has_it(levels_.fallback())](
                     std::optional<LoggingSettings>& settings) {
                     if (!settings) {
                         settings.emplace();
                         settings->levels.default_level = usual;
                     }
                     if (change.role_arn) settings->role_arn = *change.role_arn;
                     if (change.default_level) {
                         settings->levels.default_level = *change.default_level;
                     }
                     if (change.all_disabled) settings->levels.all_disabled = *change.all_disabled;
                     return Outcome<void>();
                 });
}

async::Task<Outcome<LoggingSettings>> LoggingOptions::get(Tenant tenant) {
    auto stored = co_await store_.run(
        [tenant](storage::ResourceStore& store) { return read_settings(store, tenant); });
    if (!stored) co_return refuse(refused_by(stored.error()));
    if (!*stored) co_return refuse(not_configured());
    co_return std::move((*stored)->settings);
}

async::Task<Outcome<void>> LoggingOptions::set_level(Tenant tenant, logs::LevelTarget target,
                                                     logs::Level level) {
    return alter(std::move(tenant),
                 [target = std::move(target),
                  level](std::optional<LoggingSettings>& settings) -> Outcome<void> {
                     if (!settings) return refuse(not_configured());
                     logs::TargetLevels& targets = settings->levels.targets;
                     if (targets.size() >= targets_max && !targets.contains(target)) {
                         return refuse(
                             Refusal::LimitExceeded,
                             fmt::format("there are {} levels of single targets already, the most "
                                         "allowed; delete some with DeleteV2LoggingLevel",
                                         targets_max));
                     }
                     targets.insert_or_assign(target, level);
                     return {};
                 });
}

async::Task<Outcome<LevelPage>> LoggingOptions::list(Tenant tenant, LevelListing listing) {
    auto settings = co_await get(std::move(tenant));
    if (!settings) co_return refuse(std::move(settings.error()));
    // A token is the place of the last target that was listed, "TYPE NAME".
    std::optional<logs::LevelTarget> after;
    if (!listing.token.empty()) {
        const auto bytes = from_base64(listing.token);
        const std::string_view text = bytes ? gatehouse::text_of(*bytes) : std::string_view();
        if (text.size() < 2 || text[0] < '0' || text[0] > '3' || text[1] != ' ') {
            co_return refuse(Refusal::InvalidRequest, "the token is none that this listing gave",
                             "nextToken");
        }
        after.emplace(static_cast<logs::LevelTargetType>(text[0] - '0'),
                      std::string(text.substr(2)));
    }
    LevelPage page;
    for (auto& [target, level] : settings->levels.targets) {
        if ((after && target <= *after) || (listing.type && target.type != *listing.type)) continue;
        if (page.levels.size() == listing.limit) {
            // Before the first, no name is empty.
            const logs::LevelTarget last =
                page.levels.empty()
                    ? after.value_or(logs::LevelTarget{logs::LevelTargetType::ThingGroup, ""})
                    : page.levels.back().first;
            page.next_token =
                to_base64(bytes_of(fmt::format("{} {}", static_cast<int>(last.type), last.name)));
            break;
        }
        page.levels.emplace_back(target, level);
    }
    co_return page;
}

async::Task<Outcome<void>> LoggingOptions::remove_level(Tenant tenant, logs::LevelTarget target) {
    auto done = co_await alter(
        std::move(tenant),
        [target = std::move(target)](std::optional<LoggingSettings>& settings) -> Outcome<void> {
            if (!settings) return refuse(not_configured());
            settings->levels.targets.erase(target);
            return {};
        });
    // Its exceptions, as documented, do not include NotConfigured: there is nothing to delete.
    if (!done && done.error().refusal == Refusal::NotConfigured) co_return Outcome<void>();
    co_return done;
}

}  // namespace gatehouse::registry
