#include "audit/task_records.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "audit/scheduled_audit_record.h"
#include "audit/task_record.h"
#include "registry/persistently.h"

namespace gatehouse::audit {
namespace {

using registry::Refusal;
using registry::refuse;
using registry::refuse_field;
using registry::refused_by;

void put_new(storage::Batch& batch, const AuditTask& task) {
    batch.put(key_of(task.tenant, task.id), encode(task));
    batch.put(running_key_of(task.tenant, task.id), "{}");
}

bool has_ended(CheckStatus status) {
    return status != CheckStatus::InProgress && status != CheckStatus::WaitingForDataCollection;
}

// Failed where all checks did.
TaskStatus status_of_ended(const AuditTask& task) {
    const bool has_failed = std::ranges::all_of(
        task.checks, [](const auto& each) { return each.second.status == CheckStatus::Failed; });
    return has_failed ? TaskStatus::Failed : TaskStatus::Completed;
}

// Where a listing by time begins: what is before it is not read.
std::string token_before(const storage::ListQuery& query, WallTime from) {
    return storage::page_token_after(query,
                                     id_prefix_of(from - std::chrono::milliseconds(1)) + "~");
}

bool is_within(WallTime time, std::optional<WallTime> from, std::optional<WallTime> to) {
    return (!from || time >= *from) && (!to || time <= *to);
}

bool is_wanted(const Finding& finding, const FindingFilter& filter) {
    return is_within(finding.found, filter.from, filter.to) &&
           (!filter.check || finding.check == *filter.check) &&
           (!filter.resource || finding.resource.identifier == *filter.resource) &&
           (!filter.suppressed || finding.suppressed == *filter.suppressed);
}

Outcome<void> check_filter(const FindingFilter& filter) {
    const bool has_times = filter.from || filter.to;
    if (filter.task && has_times) {
        return refuse_field("taskId", "it does not go with startTime and endTime");
    }
    if (!filter.task && (!filter.from || !filter.to)) {
        return refuse_field("taskId", "it, or both of startTime and endTime, are required");
    }
    if (has_times && *filter.from > *filter.to) {
        return refuse_field("startTime", "it is after endTime");
    }
    return {};
}

}  // namespace

AuditTask AuditTaskRecords::new_task(const Tenant& tenant, const std::vector<Check>& checks) const {
    const WallTime now = parts_.clock.wall_now();
    AuditTask task{
        .tenant = tenant, .id = make_task_id(now, parts_.random), .started = now, .checks = {}};
    for (const Check check : checks) task.checks[check] = {};
    return task;
}

Outcome<AuditTask> AuditTaskRecords::start(const Tenant& tenant,
                                           const std::vector<std::string>& checks) {
    const auto wanted = AuditConfigurationRecords(store_, {}).enabled_checks(tenant, checks);
    if (!wanted) return refuse(wanted.error());
    AuditTask task = new_task(tenant, *wanted);
    storage::Batch batch;
    batch.require(
        storage::FewerThan{tenant, running_audit_kind, running_audits_max},
        Error{ErrorKind::LimitExceeded,
              fmt::format("{} audits are running already, the most allowed", running_audits_max),
              {}});
    put_new(batch, task);
    if (const auto started = store_.apply(batch); !started) {
        return refuse(refused_by(started.error()));
    }
    return task;
}

Outcome<std::optional<AuditTask>> AuditTaskRecords::start_due(const Tenant& tenant,
                                                              const ScheduledAuditName& name) {
    auto stored = registry::read_stored(store_, key_of(tenant, name), scheduled_audit_words,
                                        decode_scheduled_audit);
    if (!stored && stored.error().refusal == Refusal::ResourceNotFound) return std::nullopt;
    if (!stored) return refuse(std::move(stored.error()));
    ScheduledAudit& audit = stored->value;
    const WallTime now = parts_.clock.wall_now();
    if (audit.next() > now) return std::nullopt;
    AuditTask task = new_task(tenant, audit.checks);
    task.type = TaskType::Scheduled;
    task.schedule = name.value();
    audit.last_run = now;
    storage::Batch batch;
    batch.require(storage::HasRevision{key_of(tenant, name), stored->revision},
                  registry::changed_meanwhile(scheduled_audit_words, name.view()));
    batch.put(key_of(tenant, name), encode(audit));
    put_new(batch, task);
    if (const auto started = store_.apply(batch); !started) {
        return refuse(refused_by(started.error()));
    }
    return task;
}

Outcome<registry::Stored<AuditTask>> AuditTaskRecords::read(const Tenant& tenant,
                                                            const AuditTaskId& id) {
    return registry::read_stored(store_, key_of(tenant, id), audit_task_words, decode_audit_task);
}

Outcome<AuditTask> AuditTaskRecords::describe(const Tenant& tenant, const AuditTaskId& id) {
    auto stored = read(tenant, id);
    if (!stored) return refuse(std::move(stored.error()));
    return std::move(stored->value);
}

Outcome<registry::Page<AuditTask>> AuditTaskRecords::list(const Tenant& tenant,
                                                          const TaskFilter& filter,
                                                          const registry::Listing& listing) {
    if (filter.from > filter.to) return refuse_field("startTime", "it is after endTime");
    const storage::ListQuery query{.tenant = tenant, .kind = audit_task_kind};
    registry::Listing from_then = listing;
    if (from_then.marker.empty()) from_then.marker = token_before(query, filter.from);
    return registry::list_records<AuditTask>(
        store_, query, from_then, decode_audit_task, [&](const AuditTask& task) {
            return is_within(task.started, filter.from, filter.to) &&
                   (!filter.type || task.type == *filter.type) &&
                   (!filter.status || task.status == *filter.status);
        });
}

Outcome<void> AuditTaskRecords::cancel(const Tenant& tenant, const AuditTaskId& id) {
    return registry::persistently([&] { return try_cancel(tenant, id); });
}

Outcome<void> AuditTaskRecords::try_cancel(const Tenant& tenant, const AuditTaskId& id) {
    auto stored = read(tenant, id);
    if (!stored) return refuse(std::move(stored.error()));
    AuditTask& task = stored->value;
    if (task.status != TaskStatus::InProgress) {
        return refuse_field("taskId", fmt::format("the task is not in progress any more, it is {}",
                                                  name_of_choice(task.status)));
    }
    task.status = TaskStatus::Canceled;
    for (auto& [check, progress] : task.checks) {
        if (!has_ended(progress.status)) progress.status = CheckStatus::Canceled;
    }
    const auto key = key_of(tenant, id);
    storage::Batch batch;
    batch.require(storage::HasRevision{key, stored->revision},
                  registry::changed_meanwhile(audit_task_words, id.view()));
    batch.put(key, encode(task));
    batch.change(storage::Remove{running_key_of(tenant, id)});
    if (const auto written = store_.apply(batch); !written) {
        return refuse(refused_by(written.error()));
    }
    return {};
}

Outcome<bool> AuditTaskRecords::note(const Tenant& tenant, const AuditTaskId& id,
                                     const CheckStep& step) {
    return registry::persistently([&] { return try_note(tenant, id, step); });
}

Outcome<bool> AuditTaskRecords::try_note(const Tenant& tenant, const AuditTaskId& id,
                                         const CheckStep& step) {
    auto stored = read(tenant, id);
    if (!stored) return refuse(std::move(stored.error()));
    AuditTask& task = stored->value;
    if (task.status != TaskStatus::InProgress) return false;
    task.checks[step.check] = step.progress;
    const bool is_over = std::ranges::all_of(
        task.checks, [](const auto& each) { return has_ended(each.second.status); });
    const auto key = key_of(tenant, id);
    storage::Batch batch;
    batch.require(storage::HasRevision{key, stored->revision},
                  registry::changed_meanwhile(audit_task_words, id.view()));
    if (is_over) {
        task.status = status_of_ended(task);
        batch.change(storage::Remove{running_key_of(tenant, id)});
    }
    batch.put(key, encode(task));
    for (const Finding& finding : step.findings) {
        batch.put(key_of(tenant, finding.id), encode(finding));
    }
    if (const auto written = store_.apply(batch); !written) {
        return refuse(refused_by(written.error()));
    }
    return true;
}

Outcome<Finding> AuditTaskRecords::finding(const Tenant& tenant, const AuditFindingId& id) {
    auto stored = registry::read_stored(store_, key_of(tenant, id), audit_finding_words,
                                        decode_audit_finding);
    if (!stored) return refuse(std::move(stored.error()));
    return std::move(stored->value);
}

Outcome<registry::Page<Finding>> AuditTaskRecords::findings(const Tenant& tenant,
                                                            const FindingFilter& filter,
                                                            const registry::Listing& listing) {
    if (auto checked = check_filter(filter); !checked) return refuse(std::move(checked.error()));
    storage::ListQuery query{.tenant = tenant, .kind = audit_finding_kind};
    registry::Listing from_then = listing;
    if (filter.task) {
        query.prefix = filter.task->value() + "-";
    } else if (from_then.marker.empty()) {
        // A task takes no day until it finds something.
        from_then.marker = token_before(query, *filter.from - std::chrono::days(1));
    }
    return registry::list_records<Finding>(
        store_, query, from_then, decode_audit_finding,
        [&](const Finding& finding) { return is_wanted(finding, filter); });
}

Outcome<bool> AuditTaskRecords::forget(const Tenant& tenant, WallTime before) {
    const std::string end = id_prefix_of(before);
    storage::Batch batch;
    bool is_all = true;
    for (const storage::Kind& kind : {audit_task_kind, audit_finding_kind}) {
        const auto oldest = store_.list({.tenant = tenant, .kind = kind, .limit = 500});
        if (!oldest) return refuse(refused_by(oldest.error()));
        for (const storage::Record& record : oldest->records) {
            if (record.key.name >= end) break;
            batch.change(storage::Remove{record.key});
            if (kind == audit_task_kind) {
                batch.change(storage::Remove{running_key_of(tenant, AuditTaskId(record.key.name))});
            }
        }
        is_all = is_all && (oldest->records.empty() || oldest->records.back().key.name >= end ||
                            oldest->next_page.empty());
    }
    if (batch.changes().empty()) return true;
    if (const auto written = store_.apply(batch); !written) {
        return refuse(refused_by(written.error()));
    }
    return is_all;
}

}  // namespace gatehouse::audit
