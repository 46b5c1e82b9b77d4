// Findings that somebody knows of, and does not want to hear of again.
// Source: AWS IoT API Reference, the operations of these names.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/create_audit_suppression.h"
#include "api/shapes/iot/delete_audit_suppression.h"
#include "api/shapes/iot/describe_audit_suppression.h"
#include "api/shapes/iot/list_audit_suppressions.h"
#include "api/shapes/iot/update_audit_suppression.h"
#include "audit/suppression.h"

namespace gatehouse::api::iot {

struct CreateAuditSuppression {
    using Shape = CreateAuditSuppressionShape;

    audit::Suppressions& suppressions;

    async::Task<wire::Outcome<CreateAuditSuppressionResponse>> handle(
        const Caller& caller, CreateAuditSuppressionRequest request) const;
};

struct DeleteAuditSuppression {
    using Shape = DeleteAuditSuppressionShape;

    audit::Suppressions& suppressions;

    async::Task<wire::Outcome<DeleteAuditSuppressionResponse>> handle(
        const Caller& caller, DeleteAuditSuppressionRequest request) const;
};

struct DescribeAuditSuppression {
    using Shape = DescribeAuditSuppressionShape;

    audit::Suppressions& suppressions;

    async::Task<wire::Outcome<DescribeAuditSuppressionResponse>> handle(
        const Caller& caller, DescribeAuditSuppressionRequest request) const;
};

struct ListAuditSuppressions {
    using Shape = ListAuditSuppressionsShape;

    audit::Suppressions& suppressions;

    async::Task<wire::Outcome<ListAuditSuppressionsResponse>> handle(
        const Caller& caller, ListAuditSuppressionsRequest request) const;
};

struct UpdateAuditSuppression {
    using Shape = UpdateAuditSuppressionShape;

    audit::Suppressions& suppressions;

    async::Task<wire::Outcome<UpdateAuditSuppressionResponse>> handle(
        const Caller& caller, UpdateAuditSuppressionRequest request) const;
};

}  // namespace gatehouse::api::iot
