// Audits that are run again and again.
// Source: AWS IoT API Reference, the operations of these names.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/create_scheduled_audit.h"
#include "api/shapes/iot/delete_scheduled_audit.h"
#include "api/shapes/iot/describe_scheduled_audit.h"
#include "api/shapes/iot/list_scheduled_audits.h"
#include "api/shapes/iot/update_scheduled_audit.h"
#include "audit/scheduled_audit_records.h"

namespace gatehouse::api::iot {

struct CreateScheduledAudit {
    using Shape = CreateScheduledAuditShape;

    audit::ScheduledAudits& schedules;

    async::Task<wire::Outcome<CreateScheduledAuditResponse>> handle(
        const Caller& caller, CreateScheduledAuditRequest request) const;
};

struct DeleteScheduledAudit {
    using Shape = DeleteScheduledAuditShape;

    audit::ScheduledAudits& schedules;

    async::Task<wire::Outcome<DeleteScheduledAuditResponse>> handle(
        const Caller& caller, DeleteScheduledAuditRequest request) const;
};

struct DescribeScheduledAudit {
    using Shape = DescribeScheduledAuditShape;

    audit::ScheduledAudits& schedules;

    async::Task<wire::Outcome<DescribeScheduledAuditResponse>> handle(
        const Caller& caller, DescribeScheduledAuditRequest request) const;
};

struct ListScheduledAudits {
    using Shape = ListScheduledAuditsShape;

    audit::ScheduledAudits& schedules;

    async::Task<wire::Outcome<ListScheduledAuditsResponse>> handle(
        const Caller& caller, ListScheduledAuditsRequest request) const;
};

struct UpdateScheduledAudit {
    using Shape = UpdateScheduledAuditShape;

    audit::ScheduledAudits& schedules;

    async::Task<wire::Outcome<UpdateScheduledAuditResponse>> handle(
        const Caller& caller, UpdateScheduledAuditRequest request) const;
};

}  // namespace gatehouse::api::iot
