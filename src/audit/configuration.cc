#include "audit/configuration.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "audit/scheduled_audit_record.h"
#include "registry/account_record.h"
#include "registry/role_arn.h"

namespace gatehouse::audit {
namespace {

using registry::Refusal;
using registry::refuse_field;

const storage::Kind configuration_kind{"audit-configuration"};
constexpr registry::RecordWords configuration_words{"audit configuration",
                                                    "auditCheckConfigurations"};
constexpr std::string_view checks_field = "auditCheckConfigurations";

using StoredConfiguration = registry::AccountRecord<AuditConfiguration>;

void decode_targets(const json::array& targets, AuditConfiguration& configuration,
                    registry::RecordReader& reader) {
    for (const json::value& each : targets) {
        if (!each.is_object()) return reader.note(false);
        registry::RecordReader target(each.get_object());
        configuration.targets[target.text("name")] = {.target_arn = target.text("targetArn"),
                                                      .role_arn = target.text("roleArn"),
                                                      .enabled = target.truth("enabled")};
        reader.note(target.is_whole());
    }
}

AuditConfiguration decode_configuration(registry::RecordReader& reader) {
    AuditConfiguration configuration{
        .role_arn = reader.text("roleArn"), .targets = {}, .checks = {}};
    decode_targets(reader.array("targets"), configuration, reader);
    for (const json::value& each : reader.array("checks")) {
        if (!each.is_object()) {
            reader.note(false);
            break;
        }
        registry::RecordReader setting(each.get_object());
        const auto check = parse_choice<Check>(setting.text("name"));
        reader.note(check.has_value());
        if (check) {
            configuration.checks[*check] = {.enabled = setting.truth("enabled"),
                                            .options = setting.texts("options")};
        }
        reader.note(setting.is_whole());
    }
    return configuration;
}

json::object encode(const AuditConfiguration& configuration) {
    json::array targets;
    for (const auto& [name, target] : configuration.targets) {
        targets.push_back(json::object{{"name", name},
                                       {"targetArn", target.target_arn},
                                       {"roleArn", target.role_arn},
                                       {"enabled", target.enabled}});
    }
    json::array checks;
    for (const auto& [check, setting] : configuration.checks) {
        checks.push_back(json::object{{"name", name_of_choice(check)},
                                      {"enabled", setting.enabled},
                                      {"options", registry::to_object(setting.options)}});
    }
    return {{"roleArn", configuration.role_arn},
            {"targets", std::move(targets)},
            {"checks", std::move(checks)}};
}

Outcome<StoredConfiguration> read_configuration(storage::ResourceStore& store,
                                                const Tenant& tenant) {
    return registry::read_account_record<AuditConfiguration>(
        store, registry::account_key(tenant, configuration_kind), configuration_words,
        decode_configuration);
}

std::optional<std::uint32_t> days_in(std::string_view text) {
    std::uint32_t days = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), days);
    if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
    if (days < option_days_min || days > option_days_max) return std::nullopt;
    return days;
}

Outcome<void> check_options(Check check, const CheckSetting& setting) {
    const std::string_view option = facts_of(check).option;
    for (const auto& [name, value] : setting.options) {
        if (option.empty() || name != option) {
            return refuse_field("configuration",
                                fmt::format("{} has no option {}", name_of_choice(check), name));
        }
        if (!days_in(value)) {
            return refuse_field("configuration",
                                fmt::format("{} has to be a number of days from {} to {}", name,
                                            option_days_min, option_days_max));
        }
    }
    return {};
}

// Whether a scheduled audit makes it: "" when none does.
Outcome<std::string> schedule_with(storage::ResourceStore& store, const Tenant& tenant,
                                   Check check) {
    auto all = registry::list_records<ScheduledAudit>(
        store, {.tenant = tenant, .kind = scheduled_audit_kind}, {.page_size = 1},
        decode_scheduled_audit, [check](const ScheduledAudit& audit) {
            return std::ranges::count(audit.checks, check) > 0;
        });
    if (!all) return registry::refuse(std::move(all.error()));
    return all->items.empty() ? std::string() : all->items.front().name.value();
}

Outcome<void> apply_check(storage::ResourceStore& store, const Tenant& tenant,
                          const std::string& name, const CheckSetting& setting,
                          AuditConfiguration& configuration) {
    const auto check = parse_choice<Check>(name);
    if (!check) return refuse_field(checks_field, fmt::format("there is no check '{}'", name));
    if (setting.enabled && !facts_of(*check).unavailable.empty()) {
        return refuse_field(checks_field, fmt::format("{} cannot be enabled: {}", name,
                                                      facts_of(*check).unavailable));
    }
    if (auto checked = check_options(*check, setting); !checked) return checked;
    if (!setting.enabled && configuration.is_enabled(*check)) {
        const auto schedule = schedule_with(store, tenant, *check);
        if (!schedule) return registry::refuse(schedule.error());
        if (!schedule->empty()) {
            return refuse_field(checks_field,
                                fmt::format("{} cannot be disabled: the scheduled audit '{}' makes "
                                            "it; take it out there, or delete the audit",
                                            name, *schedule));
        }
    }
    CheckSetting& now = configuration.checks[*check];
    now.enabled = setting.enabled;
    for (const auto& [option, value] : setting.options) now.options[option] = value;
    return {};
}

Outcome<void> check_target(const std::string& name, const NotificationTarget& target) {
    if (name != "SNS") {
        return refuse_field("auditNotificationTargetConfigurations",
                            fmt::format("'{}' is no type of target", name));
    }
    if (target.role_arn.empty()) return {};
    return registry::check_role_arn(target.role_arn);
}

}  // namespace

bool AuditConfiguration::is_enabled(Check check) const {
    const auto found = checks.find(check);
    return found != checks.end() && found->second.enabled;
}

std::uint32_t AuditConfiguration::days(Check check) const {
    const CheckFacts& facts = facts_of(check);
    const auto found = checks.find(check);
    if (found == checks.end()) return facts.days_usual;
    const auto option = found->second.options.find(std::string(facts.option));
    if (option == found->second.options.end()) return facts.days_usual;
    return days_in(option->second).value_or(facts.days_usual);
}

Outcome<AuditConfiguration> AuditConfigurationRecords::get(const Tenant& tenant) {
    auto read = read_configuration(store_, tenant);
    if (!read) return registry::refuse(std::move(read.error()));
    return std::move(read->value);
}

Outcome<void> AuditConfigurationRecords::update(const Tenant& tenant,
                                                const AuditConfigurationChange& change) {
    if (change.role_arn) {
        if (auto checked = registry::check_role_arn(*change.role_arn); !checked) return checked;
    }
    for (const auto& [name, target] : change.targets) {
        if (auto checked = check_target(name, target); !checked) return checked;
    }
    return registry::persistently([&] { return try_update(tenant, change); });
}

Outcome<void> AuditConfigurationRecords::try_update(const Tenant& tenant,
                                                    const AuditConfigurationChange& change) {
    auto read = read_configuration(store_, tenant);
    if (!read) return registry::refuse(std::move(read.error()));
    AuditConfiguration& configuration = read->value;
    configuration.role_arn = change.role_arn.value_or(configuration.role_arn);
    if (configuration.role_arn.empty()) {
        return refuse_field("roleArn", "it is required the first time");
    }
    for (const auto& [name, target] : change.targets) configuration.targets[name] = target;
    for (const auto& [name, setting] : change.checks) {
        if (auto applied = apply_check(store_, tenant, name, setting, configuration); !applied) {
            return applied;
        }
    }
    const bool is_any = std::ranges::any_of(configuration.checks,
                                            [](const auto& each) { return each.second.enabled; });
    if (!read->is_set() && !is_any) {
        return refuse_field(checks_field, "at least one check has to be enabled the first time");
    }
    return registry::write_account_record(store_, registry::account_key(tenant, configuration_kind),
                                          configuration_words, read->revision,
                                          encode(configuration));
}

Outcome<void> AuditConfigurationRecords::remove(const Tenant& tenant, Schedules schedules) {
    const auto key = registry::account_key(tenant, configuration_kind);
    auto audits = registry::list_records<ScheduledAudit>(
        store_, {.tenant = tenant, .kind = scheduled_audit_kind},
        {.page_size = scheduled_audits_max}, decode_scheduled_audit,
        [](const ScheduledAudit&) { return true; });
    if (!audits) return registry::refuse(std::move(audits.error()));
    if (schedules == Schedules::Keep && !audits->items.empty()) {
        return refuse_field("deleteScheduledAudits",
                            "there are scheduled audits, which need the configuration; delete them "
                            "first, or with it");
    }
    storage::Batch batch;
    batch.require(storage::Exists{key}, Error{ErrorKind::NotFound, "", {}});
    for (const ScheduledAudit& audit : audits->items) {
        batch.change(storage::Remove{key_of(tenant, audit.name)});
    }
    batch.change(storage::Remove{key});
    const auto removed = store_.apply(batch);
    if (removed) return {};
    if (removed.error().kind == ErrorKind::NotFound) {
        return registry::refuse(Refusal::ResourceNotFound,
                                "audits are not configured for this account and region");
    }
    return registry::refuse(registry::refused_by(removed.error()));
}

Outcome<std::vector<Check>> AuditConfigurationRecords::enabled_checks(
    const Tenant& tenant, const std::vector<std::string>& names) {
    constexpr std::string_view field = "targetCheckNames";
    if (names.empty()) return refuse_field(field, "at least one check has to be named");
    const auto configuration = get(tenant);
    if (!configuration) return registry::refuse(configuration.error());
    std::vector<Check> checks;
    for (const std::string& name : names) {
        const auto check = parse_choice<Check>(name);
        if (!check) return refuse_field(field, fmt::format("there is no check '{}'", name));
        if (!configuration->is_enabled(*check)) {
            return refuse_field(field, fmt::format("{} is not enabled; enable it with "
                                                   "UpdateAccountAuditConfiguration",
                                                   name));
        }
        if (std::ranges::count(checks, *check) == 0) checks.push_back(*check);
    }
    return checks;
}

}  // namespace gatehouse::audit
