// Audit tasks and findings as stored records. The names in the JSON are on disk: they are never
// changed.
//
// Ids begin with the time in hexadecimal, so that the store's order is that of time.
#pragma once

#include <string>

#include "audit/task.h"
#include "base/random.h"
#include "base/result.h"
#include "registry/stored.h"
#include "storage/resource_store.h"

namespace gatehouse::audit {

inline const storage::Kind audit_task_kind{"audit-task"};
// One of each task that has not ended.
inline const storage::Kind running_audit_kind{"audit-running"};
inline const storage::Kind audit_finding_kind{"audit-finding"};
inline constexpr registry::RecordWords audit_task_words{"audit task", "taskId"};
inline constexpr registry::RecordWords audit_finding_words{"audit finding", "findingId"};

AuditTaskId make_task_id(WallTime started, Random& random);
// `number` counts the findings of a check in a task from 0, below findings_of_check_max.
AuditFindingId make_finding_id(const AuditTaskId& task, Check check, std::uint64_t number);
inline constexpr std::uint64_t findings_of_check_max = 10'000;  // kept; ours
// What ids of this time and later begin with, or follow.
std::string id_prefix_of(WallTime time);

storage::RecordKey key_of(const Tenant& tenant, const AuditTaskId& id);
storage::RecordKey running_key_of(const Tenant& tenant, const AuditTaskId& id);
storage::RecordKey key_of(const Tenant& tenant, const AuditFindingId& id);
std::string encode(const AuditTask& task);
std::string encode(const Finding& finding);
// Corrupt, naming the record, when the body is not what encode() makes.
Result<AuditTask> decode_audit_task(const storage::Record& record);
Result<Finding> decode_audit_finding(const storage::Record& record);

}  // namespace gatehouse::audit
