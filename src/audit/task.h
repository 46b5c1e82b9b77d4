// One run of an audit, and what it found.
// Source: AWS IoT API Reference, DescribeAuditTask, AuditCheckDetails, TaskStatistics,
// AuditFinding.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "audit/check.h"
#include "audit/resource.h"
#include "base/choice.h"
#include "base/clock.h"
#include "base/named.h"
#include "base/tenant.h"

namespace gatehouse::audit {

using AuditTaskId = Named<std::string, struct AuditTaskIdTag>;        // 32 hexadecimal digits
using AuditFindingId = Named<std::string, struct AuditFindingIdTag>;  // TASK-CCNNNNNN

enum class TaskStatus : std::uint8_t { InProgress, Completed, Failed, Canceled };
enum class TaskType : std::uint8_t { OnDemand, Scheduled };
enum class CheckStatus : std::uint8_t {
    InProgress,
    WaitingForDataCollection,
    Canceled,
    Compliant,
    NonCompliant,
    Failed,
};

struct CheckProgress {
    CheckStatus status = CheckStatus::InProgress;
    std::uint64_t looked_at = 0;  // resources
    std::uint64_t non_compliant = 0;
    std::uint64_t suppressed = 0;  // of those that are not compliant
    std::string message;           // why it failed

    bool operator==(const CheckProgress&) const = default;
};

struct AuditTask {
    Tenant tenant;
    AuditTaskId id;
    TaskStatus status = TaskStatus::InProgress;
    TaskType type = TaskType::OnDemand;
    WallTime started{};
    std::string schedule;  // its name; empty: it is on demand
    std::map<Check, CheckProgress> checks;

    bool operator==(const AuditTask&) const = default;
};

struct Finding {
    AuditFindingId id;
    AuditTaskId task;
    Check check = Check::LoggingDisabled;
    WallTime task_started{};
    WallTime found{};
    AuditedResource resource;
    std::vector<AuditedResource> related;
    std::string reason;       // a sentence
    std::string reason_code;  // "CERTIFICATE_PAST_EXPIRATION"
    bool suppressed = false;  // when it was found

    bool operator==(const Finding&) const = default;
};

}  // namespace gatehouse::audit

template <>
struct gatehouse::ChoiceNames<gatehouse::audit::TaskStatus> {
    static constexpr std::array<std::string_view, 4> names{"IN_PROGRESS", "COMPLETED", "FAILED",
                                                           "CANCELED"};
};
template <>
struct gatehouse::ChoiceNames<gatehouse::audit::TaskType> {
    static constexpr std::array<std::string_view, 2> names{"ON_DEMAND_AUDIT_TASK",
                                                           "SCHEDULED_AUDIT_TASK"};
};
template <>
struct gatehouse::ChoiceNames<gatehouse::audit::CheckStatus> {
    static constexpr std::array<std::string_view, 6> names{
        "IN_PROGRESS",         "WAITING_FOR_DATA_COLLECTION", "CANCELED",
        "COMPLETED_COMPLIANT", "COMPLETED_NON_COMPLIANT",     "FAILED"};
};
