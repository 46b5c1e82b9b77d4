// What the operations on audits work with.
#pragma once

#include <functional>

#include "audit/configuration.h"
#include "audit/scheduled_audit_records.h"
#include "audit/suppression.h"
#include "audit/task_records.h"

namespace gatehouse::api {

// All must outlive the service.
struct AuditParts {
    audit::AuditConfigurations& configurations;
    audit::ScheduledAudits& schedules;
    audit::AuditTasks& tasks;
    audit::Suppressions& suppressions;
    // A task was started.
    std::function<void()> wake;
};

}  // namespace gatehouse::api
