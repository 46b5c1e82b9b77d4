// Audits that ran or run, and what they found.
// Source: AWS IoT API Reference, the operations of these names.
#pragma once

#include <functional>

#include "api/endpoint.h"
#include "api/shapes/iot/cancel_audit_task.h"
#include "api/shapes/iot/describe_audit_finding.h"
#include "api/shapes/iot/describe_audit_task.h"
#include "api/shapes/iot/list_audit_findings.h"
#include "api/shapes/iot/list_audit_tasks.h"
#include "api/shapes/iot/list_related_resources_for_audit_finding.h"
#include "api/shapes/iot/start_on_demand_audit_task.h"
#include "audit/task_records.h"

namespace gatehouse::api::iot {

struct CancelAuditTask {
    using Shape = CancelAuditTaskShape;

    audit::AuditTasks& tasks;

    async::Task<wire::Outcome<CancelAuditTaskResponse>> handle(
        const Caller& caller, CancelAuditTaskRequest request) const;
};

struct DescribeAuditFinding {
    using Shape = DescribeAuditFindingShape;

    audit::AuditTasks& tasks;

    async::Task<wire::Outcome<DescribeAuditFindingResponse>> handle(
        const Caller& caller, DescribeAuditFindingRequest request) const;
};

struct DescribeAuditTask {
    using Shape = DescribeAuditTaskShape;

    audit::AuditTasks& tasks;

    async::Task<wire::Outcome<DescribeAuditTaskResponse>> handle(
        const Caller& caller, DescribeAuditTaskRequest request) const;
};

struct ListAuditFindings {
    using Shape = ListAuditFindingsShape;

    audit::AuditTasks& tasks;

    async::Task<wire::Outcome<ListAuditFindingsResponse>> handle(
        const Caller& caller, ListAuditFindingsRequest request) const;
};

struct ListAuditTasks {
    using Shape = ListAuditTasksShape;

    audit::AuditTasks& tasks;

    async::Task<wire::Outcome<ListAuditTasksResponse>> handle(const Caller& caller,
                                                              ListAuditTasksRequest request) const;
};

struct ListRelatedResourcesForAuditFinding {
    using Shape = ListRelatedResourcesForAuditFindingShape;

    audit::AuditTasks& tasks;

    async::Task<wire::Outcome<ListRelatedResourcesForAuditFindingResponse>> handle(
        const Caller& caller, ListRelatedResourcesForAuditFindingRequest request) const;
};

struct StartOnDemandAuditTask {
    using Shape = StartOnDemandAuditTaskShape;

    audit::AuditTasks& tasks;
    std::function<void()> wake;

    async::Task<wire::Outcome<StartOnDemandAuditTaskResponse>> handle(
        const Caller& caller, StartOnDemandAuditTaskRequest request) const;
};

}  // namespace gatehouse::api::iot
