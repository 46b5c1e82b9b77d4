// DeleteRetentionPolicy: a group keeps its events for ever.
// Source: Amazon CloudWatch Logs API Reference, DeleteRetentionPolicy.
#pragma once

#include "api/endpoint.h"
#include "api/logs/log_access.h"
#include "api/shapes/logs/delete_retention_policy.h"

namespace gatehouse::api::logs {

struct DeleteRetentionPolicy {
    using Shape = DeleteRetentionPolicyShape;

    LogAccess access;

    async::Task<wire::Outcome<DeleteRetentionPolicyResponse>> handle(
        const Caller& caller, DeleteRetentionPolicyRequest request) const;
};

}  // namespace gatehouse::api::logs
