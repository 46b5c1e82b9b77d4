// An audit that is run again and again.
// Source: AWS IoT API Reference, CreateScheduledAudit, DescribeScheduledAudit.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "audit/check.h"
#include "audit/schedule.h"
#include "base/clock.h"
#include "base/named.h"
#include "base/tenant.h"
#include "registry/texts.h"

namespace gatehouse::audit {

using ScheduledAuditName =
    Named<std::string, struct ScheduledAuditNameTag>;  // [a-zA-Z0-9_-]{1,128}

inline constexpr std::size_t scheduled_audits_max = 5;  // a tenant

struct ScheduledAudit {
    Tenant tenant;
    ScheduledAuditName name;
    Schedule schedule;
    std::vector<Check> checks;
    registry::Texts tags;
    std::optional<WallTime> last_run;
    WallTime created{};

    // arn:aws:iot:REGION:ACCOUNT:scheduledaudit/NAME
    std::string arn() const;
    WallTime next() const { return next_run(schedule, last_run.value_or(created), last_run); }
    bool operator==(const ScheduledAudit&) const = default;
};

// What CreateScheduledAudit is given.
struct NewScheduledAudit {
    ScheduledAuditName name;
    Schedule schedule;
    std::vector<std::string> checks;  // by AWS's names
    registry::Texts tags;
};

// What UpdateScheduledAudit is given; absent members stay as they are.
struct ScheduledAuditChange {
    std::optional<Frequency> frequency;
    std::optional<std::string> day_of_month;
    std::optional<Weekday> day_of_week;
    std::optional<std::vector<std::string>> checks;
};

}  // namespace gatehouse::audit
