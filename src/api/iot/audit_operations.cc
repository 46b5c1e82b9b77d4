#include "api/iot/audit_configuration.h"
#include "api/iot/audit_suppressions.h"
#include "api/iot/audit_tasks.h"
#include "api/iot/operations.h"
#include "api/iot/scheduled_audits.h"

namespace gatehouse::api {

void add_audit_operations(Service& service, const IotParts& parts) {
    const AuditParts& audits = parts.audits;
    service.handle(iot::DeleteAccountAuditConfiguration{audits.configurations})
        .handle(iot::DescribeAccountAuditConfiguration{audits.configurations})
        .handle(iot::UpdateAccountAuditConfiguration{audits.configurations});
    service.handle(iot::CreateScheduledAudit{audits.schedules})
        .handle(iot::DeleteScheduledAudit{audits.schedules})
        .handle(iot::DescribeScheduledAudit{audits.schedules})
        .handle(iot::ListScheduledAudits{audits.schedules})
        .handle(iot::UpdateScheduledAudit{audits.schedules});
    service.handle(iot::CancelAuditTask{audits.tasks})
        .handle(iot::DescribeAuditFinding{audits.tasks})
        .handle(iot::DescribeAuditTask{audits.tasks})
        .handle(iot::ListAuditFindings{audits.tasks})
        .handle(iot::ListAuditTasks{audits.tasks})
        .handle(iot::ListRelatedResourcesForAuditFinding{audits.tasks})
        .handle(iot::StartOnDemandAuditTask{audits.tasks, audits.wake});
    service.handle(iot::CreateAuditSuppression{audits.suppressions})
        .handle(iot::DeleteAuditSuppression{audits.suppressions})
        .handle(iot::DescribeAuditSuppression{audits.suppressions})
        .handle(iot::ListAuditSuppressions{audits.suppressions})
        .handle(iot::UpdateAuditSuppression{audits.suppressions});
}

}  // namespace gatehouse::api
