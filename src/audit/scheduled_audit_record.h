// A scheduled audit as a stored record. The names in the JSON are on disk: they are never changed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "audit/scheduled_audit.h"
#include "base/json.h"
#include "base/result.h"
#include "registry/record_reader.h"
#include "registry/stored.h"
#include "registry/tag_records.h"
#include "storage/resource_store.h"

namespace gatehouse::audit {

inline const storage::Kind scheduled_audit_kind{"scheduled-audit"};
inline constexpr registry::RecordWords scheduled_audit_words{"scheduled audit",
                                                             "scheduledAuditName"};
inline constexpr std::string_view scheduled_audit_resource = "scheduledaudit/";

storage::RecordKey key_of(const Tenant& tenant, const ScheduledAuditName& name);
std::string encode(const ScheduledAudit& audit);
// Corrupt, naming the record, when the body is not what encode() makes.
Result<ScheduledAudit> decode_scheduled_audit(const storage::Record& record);

// As TagRecords knows of it.
registry::Taggable tagged_audits();

// The names of checks, which other records have, too.
json::array names_of(const std::vector<Check>& checks);
std::vector<Check> checks_in(registry::RecordReader& reader, const char* member);

}  // namespace gatehouse::audit
