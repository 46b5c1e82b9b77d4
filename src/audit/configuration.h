// Which checks an account wants of its audits.
// Source: AWS IoT API Reference, DescribeAccountAuditConfiguration,
// UpdateAccountAuditConfiguration, DeleteAccountAuditConfiguration. Deliberate differences: a check
// that cannot be made here is refused by name; targets of notifications are kept, but there is no
// SNS to notify.
//
// Threads: every method of the records may be called from any thread, and blocks; see on_workers.h.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "audit/check.h"
#include "base/tenant.h"
#include "registry/on_workers.h"
#include "registry/refusal.h"
#include "registry/texts.h"
#include "storage/resource_store.h"

namespace gatehouse::audit {

using registry::Outcome;

struct NotificationTarget {
    std::string target_arn;
    std::string role_arn;
    bool enabled = false;

    bool operator==(const NotificationTarget&) const = default;
};

struct CheckSetting {
    bool enabled = false;
    registry::Texts options;  // {"CERT_EXPIRATION_THRESHOLD_IN_DAYS": "60"}

    bool operator==(const CheckSetting&) const = default;
};

struct AuditConfiguration {
    std::string role_arn;
    std::map<std::string, NotificationTarget> targets;  // by AWS's name: "SNS"
    std::map<Check, CheckSetting> checks;               // what is absent is disabled

    bool is_enabled(Check check) const;
    // Of the check's option.
    std::uint32_t days(Check check) const;
    bool operator==(const AuditConfiguration&) const = default;
};

struct AuditConfigurationChange {
    std::optional<std::string> role_arn;
    std::map<std::string, NotificationTarget> targets;  // what is absent stays
    std::map<std::string, CheckSetting> checks;         // by AWS's names
};

class AuditConfigurationRecords {
public:
    struct Parts {};
    // The store must outlive it.
    AuditConfigurationRecords(storage::ResourceStore& store, const Parts&) : store_(store) {}

    Outcome<AuditConfiguration> get(const Tenant& tenant);
    // InvalidRequest: no check of this name, or one that cannot be made here; a bad option; one
    // disabled that a scheduled audit makes; no role, or no check enabled, the first time.
    Outcome<void> update(const Tenant& tenant, const AuditConfigurationChange& change);
    enum class Schedules : bool { Keep, Remove };
    // ResourceNotFound: there is none. InvalidRequest: there are scheduled audits to keep.
    Outcome<void> remove(const Tenant& tenant, Schedules schedules);
    // InvalidRequest unless all of them are known, and enabled here.
    Outcome<std::vector<Check>> enabled_checks(const Tenant& tenant,
                                               const std::vector<std::string>& names);

private:
    Outcome<void> try_update(const Tenant& tenant, const AuditConfigurationChange& change);

    storage::ResourceStore& store_;
};

using AuditConfigurations = registry::OnWorkers<AuditConfigurationRecords>;

}  // namespace gatehouse::audit
