// Scheduled audits and their rules over the store, one operation a method.
// Source: AWS IoT API Reference, the operations of the same names.
//
// Threads: every method may be called from any thread, and blocks; see on_workers.h.
#pragma once

#include "audit/configuration.h"
#include "audit/scheduled_audit.h"
#include "registry/listing.h"
#include "registry/on_workers.h"
#include "registry/stored.h"
#include "storage/resource_store.h"

namespace gatehouse::audit {

class ScheduledAuditRecords {
public:
    struct Parts {};
    // The store must outlive it.
    ScheduledAuditRecords(storage::ResourceStore& store, const Parts&) : store_(store) {}

    // InvalidRequest (no day, or a check that is not enabled), ResourceAlreadyExists,
    // LimitExceeded.
    Outcome<ScheduledAudit> create(const Tenant& tenant, const NewScheduledAudit& wanted);
    // ResourceNotFound.
    Outcome<ScheduledAudit> describe(const Tenant& tenant, const ScheduledAuditName& name);
    // ResourceNotFound, InvalidRequest.
    Outcome<ScheduledAudit> update(const Tenant& tenant, const ScheduledAuditName& name,
                                   const ScheduledAuditChange& change);
    // ResourceNotFound.
    Outcome<void> remove(const Tenant& tenant, const ScheduledAuditName& name);
    Outcome<registry::Page<ScheduledAudit>> list(const Tenant& tenant,
                                                 const registry::Listing& listing);

private:
    Outcome<registry::Stored<ScheduledAudit>> read(const Tenant& tenant,
                                                   const ScheduledAuditName& name);
    Outcome<ScheduledAudit> try_update(const Tenant& tenant, const ScheduledAuditName& name,
                                       const ScheduledAuditChange& change);

    storage::ResourceStore& store_;
};

using ScheduledAudits = registry::OnWorkers<ScheduledAuditRecords>;

}  // namespace gatehouse::audit
