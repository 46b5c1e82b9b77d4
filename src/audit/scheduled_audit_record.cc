#include "audit/scheduled_audit_record.h"

#include "base/arn.h"

namespace gatehouse::audit {

std::string ScheduledAudit::arn() const {
    return make_arn(tenant, "iot", std::string(scheduled_audit_resource) + name.value());
}

storage::RecordKey key_of(const Tenant& tenant, const ScheduledAuditName& name) {
    return {tenant, scheduled_audit_kind, name.value()};
}

registry::Taggable tagged_audits() {
    return {scheduled_audit_resource, scheduled_audit_kind, scheduled_audit_words.what};
}

json::array names_of(const std::vector<Check>& checks) {
    json::array names;
    for (const Check check : checks) names.emplace_back(name_of_choice(check));
    return names;
}

std::vector<Check> checks_in(registry::RecordReader& reader, const char* member) {
    std::vector<Check> checks;
    for (const std::string& name : reader.names(member)) {
        const auto check = parse_choice<Check>(name);
        reader.note(check.has_value());
        if (check) checks.push_back(*check);
    }
    return checks;
}

std::string encode(const ScheduledAudit& audit) {
    const Schedule& schedule = audit.schedule;
    return to_text(
        json::object{{"frequency", name_of_choice(schedule.frequency)},
                     {"dayOfMonth", schedule.day_of_month},
                     {"dayOfWeek", schedule.day_of_week ? name_of_choice(*schedule.day_of_week)
                                                        : std::string_view()},
                     {"checks", names_of(audit.checks)},
                     {"tags", registry::to_object(audit.tags)},
                     {"hasRun", audit.last_run.has_value()},
                     {"lastRun", registry::milliseconds_of(audit.last_run.value_or(WallTime()))}});
}

Result<ScheduledAudit> decode_scheduled_audit(const storage::Record& record) {
    const auto body = registry::body_of(record, scheduled_audit_words.what);
    if (!body) return fail(body.error());
    registry::RecordReader reader(*body);
    const auto frequency = parse_choice<Frequency>(reader.text("frequency"));
    reader.note(frequency.has_value());
    ScheduledAudit audit{
        .tenant = record.key.tenant,
        .name = ScheduledAuditName(record.key.name),
        .schedule = {.frequency = frequency.value_or(Frequency::Daily),
                     .day_of_month = reader.text("dayOfMonth"),
                     .day_of_week = parse_choice<Weekday>(reader.text("dayOfWeek"))},
        .checks = checks_in(reader, "checks"),
        .tags = reader.texts("tags"),
        .last_run = std::nullopt,
        .created = record.created};
    const bool has_run = reader.truth("hasRun");
    const WallTime last_run = reader.time("lastRun");
    if (has_run) audit.last_run = last_run;
    reader.note(checked_schedule(audit.schedule).has_value());
    if (!reader.is_whole()) return registry::unreadable(record, scheduled_audit_words.what);
    return audit;
}

}  // namespace gatehouse::audit
