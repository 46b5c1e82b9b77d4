// Audit tasks, from their start to what they found, over the store; one operation a method.
// Source: AWS IoT API Reference, StartOnDemandAuditTask, DescribeAuditTask, ListAuditTasks,
// CancelAuditTask, ListAuditFindings, DescribeAuditFinding, ListRelatedResourcesForAuditFinding;
// AWS IoT Device Defender Developer Guide, "Audit": findings are kept for 90 days.
//
// Threads: every method may be called from any thread, and blocks; see on_workers.h.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "audit/configuration.h"
#include "audit/scheduled_audit.h"
#include "audit/task.h"
#include "base/random.h"
#include "registry/listing.h"
#include "registry/on_workers.h"
#include "registry/stored.h"
#include "storage/resource_store.h"

namespace gatehouse::audit {

// That have not ended, a tenant.
inline constexpr std::size_t running_audits_max = 10;
inline constexpr std::chrono::days audits_kept{90};

struct TaskFilter {
    WallTime from{};
    WallTime to{};  // included
    std::optional<TaskType> type;
    std::optional<TaskStatus> status;
};

struct FindingFilter {
    std::optional<AuditTaskId> task;
    // Of the findings.
    std::optional<WallTime> from;
    std::optional<WallTime> to;  // included
    std::optional<Check> check;
    std::optional<ResourceIdentifier> resource;
    std::optional<bool> suppressed;
};

// What a page of a check's resources came to.
struct CheckStep {
    Check check = Check::LoggingDisabled;
    CheckProgress progress;         // as of now
    std::vector<Finding> findings;  // new ones, complete
};

class AuditTaskRecords {
public:
    struct Parts {
        const Clock& clock;
        Random& random;
    };
    // The store must outlive it.
    AuditTaskRecords(storage::ResourceStore& store, const Parts& parts)
        : store_(store), parts_(parts) {}

    // InvalidRequest: a check that is not enabled. LimitExceeded: too many run already.
    Outcome<AuditTask> start(const Tenant& tenant, const std::vector<std::string>& checks);
    // The audit's run that is due, if it still is; none: nothing is to be done.
    Outcome<std::optional<AuditTask>> start_due(const Tenant& tenant,
                                                const ScheduledAuditName& name);
    // ResourceNotFound.
    Outcome<AuditTask> describe(const Tenant& tenant, const AuditTaskId& id);
    // The oldest first. InvalidRequest: the times are the wrong way round.
    Outcome<registry::Page<AuditTask>> list(const Tenant& tenant, const TaskFilter& filter,
                                            const registry::Listing& listing);
    // ResourceNotFound. InvalidRequest: it has ended.
    Outcome<void> cancel(const Tenant& tenant, const AuditTaskId& id);

    // Writes down how far a check is; with the last one the task ends. False: it was canceled.
    Outcome<bool> note(const Tenant& tenant, const AuditTaskId& id, const CheckStep& step);

    // ResourceNotFound.
    Outcome<Finding> finding(const Tenant& tenant, const AuditFindingId& id);
    // By the task's time, the oldest first. InvalidRequest: neither a task nor both times, or both.
    Outcome<registry::Page<Finding>> findings(const Tenant& tenant, const FindingFilter& filter,
                                              const registry::Listing& listing);

    // Removes tasks that began so long ago, and their findings: some. False: there are more.
    Outcome<bool> forget(const Tenant& tenant, WallTime before);

private:
    Outcome<registry::Stored<AuditTask>> read(const Tenant& tenant, const AuditTaskId& id);
    AuditTask new_task(const Tenant& tenant, const std::vector<Check>& checks) const;
    Outcome<bool> try_note(const Tenant& tenant, const AuditTaskId& id, const CheckStep& step);
    Outcome<void> try_cancel(const Tenant& tenant, const AuditTaskId& id);

    storage::ResourceStore& store_;
    const Parts parts_;
};

using AuditTasks = registry::OnWorkers<AuditTaskRecords>;

}  // namespace gatehouse::audit
