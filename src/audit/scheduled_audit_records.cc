#include "audit/scheduled_audit_records.h"

#include <fmt/format.h>

#include <utility>

#include "audit/scheduled_audit_record.h"
#include "base/resource_tags.h"
#include "registry/persistently.h"

namespace gatehouse::audit {

using registry::Refusal;
using registry::refuse;
using registry::refused_by;

Outcome<ScheduledAudit> ScheduledAuditRecords::create(const Tenant& tenant,
                                                      const NewScheduledAudit& wanted) {
    auto schedule = checked_schedule(wanted.schedule);
    if (!schedule) return refuse(std::move(schedule.error()));
    if (const auto fault = tags_fault(wanted.tags)) {
        return refuse(Refusal::InvalidRequest, *fault, "tags");
    }
    auto checks = AuditConfigurationRecords(store_, {}).enabled_checks(tenant, wanted.checks);
    if (!checks) return refuse(std::move(checks.error()));
    const ScheduledAudit audit{.tenant = tenant,
                               .name = wanted.name,
                               .schedule = std::move(*schedule),
                               .checks = std::move(*checks),
                               .tags = wanted.tags,
                               .last_run = std::nullopt};
    const auto key = key_of(tenant, wanted.name);
    storage::Batch batch;
    batch.require(storage::IsAbsent{key},
                  registry::changed_meanwhile(scheduled_audit_words, wanted.name.view()));
    batch.require(
        storage::FewerThan{tenant, scheduled_audit_kind, scheduled_audits_max},
        Error{ErrorKind::LimitExceeded,
              fmt::format("an account has at most {} scheduled audits", scheduled_audits_max),
              {}});
    batch.put(key, encode(audit));
    const auto created = store_.apply(batch);
    if (created) return describe(tenant, wanted.name);
    auto refused = refused_by(created.error());
    if (refused.refusal != Refusal::VersionConflict) return refuse(std::move(refused));
    return refuse(registry::Refused{
        Refusal::ResourceAlreadyExists,
        fmt::format("Scheduled audit {} already exists.", wanted.name.view()),
        std::string(scheduled_audit_words.field), wanted.name.value(), audit.arn()});
}

Outcome<registry::Stored<ScheduledAudit>> ScheduledAuditRecords::read(
    const Tenant& tenant, const ScheduledAuditName& name) {
    return registry::read_stored(store_, key_of(tenant, name), scheduled_audit_words,
                                 decode_scheduled_audit);
}

Outcome<ScheduledAudit> ScheduledAuditRecords::describe(const Tenant& tenant,
                                                        const ScheduledAuditName& name) {
    auto stored = read(tenant, name);
    if (!stored) return refuse(std::move(stored.error()));
    return std::move(stored->value);
}

Outcome<ScheduledAudit> ScheduledAuditRecords::update(const Tenant& tenant,
                                                      const ScheduledAuditName& name,
                                                      const ScheduledAuditChange& change) {
    return registry::persistently([&] { return try_update(tenant, name, change); });
}

Outcome<ScheduledAudit> ScheduledAuditRecords::try_update(const Tenant& tenant,
                                                          const ScheduledAuditName& name,
                                                          const ScheduledAuditChange& change) {
    auto stored = read(tenant, name);
    if (!stored) return refuse(std::move(stored.error()));
    ScheduledAudit& audit = stored->value;
    Schedule schedule = audit.schedule;
    schedule.frequency = change.frequency.value_or(schedule.frequency);
    schedule.day_of_month = change.day_of_month.value_or(schedule.day_of_month);
    if (change.day_of_week) schedule.day_of_week = change.day_of_week;
    auto checked = checked_schedule(std::move(schedule));
    if (!checked) return refuse(std::move(checked.error()));
    audit.schedule = std::move(*checked);
    if (change.checks) {
        auto checks = AuditConfigurationRecords(store_, {}).enabled_checks(tenant, *change.checks);
        if (!checks) return refuse(std::move(checks.error()));
        audit.checks = std::move(*checks);
    }
    const auto key = key_of(tenant, name);
    storage::Batch batch;
    batch.require(storage::HasRevision{key, stored->revision},
                  registry::changed_meanwhile(scheduled_audit_words, name.view()));
    batch.put(key, encode(audit));
    if (const auto written = store_.apply(batch); !written) {
        return refuse(refused_by(written.error()));
    }
    return audit;
}

Outcome<void> ScheduledAuditRecords::remove(const Tenant& tenant, const ScheduledAuditName& name) {
    const auto key = key_of(tenant, name);
    storage::Batch batch;
    batch.require(storage::Exists{key}, Error{ErrorKind::NotFound, "", {}});
    batch.change(storage::Remove{key});
    const auto removed = store_.apply(batch);
    if (removed) return {};
    if (removed.error().kind == ErrorKind::NotFound) {
        return refuse(registry::missing(store_, key, scheduled_audit_words));
    }
    return refuse(refused_by(removed.error()));
}

Outcome<registry::Page<ScheduledAudit>> ScheduledAuditRecords::list(
    const Tenant& tenant, const registry::Listing& listing) {
    return registry::list_records<ScheduledAudit>(
        store_, {.tenant = tenant, .kind = scheduled_audit_kind}, listing, decode_scheduled_audit,
        [](const ScheduledAudit&) { return true; });
}

}  // namespace gatehouse::audit
