// PutRetentionPolicy: after how many days a group's events go.
// Source: Amazon CloudWatch Logs API Reference, PutRetentionPolicy.
#pragma once

#include "api/endpoint.h"
#include "api/logs/log_access.h"
#include "api/shapes/logs/put_retention_policy.h"

namespace gatehouse::api::logs {

struct PutRetentionPolicy {
    using Shape = PutRetentionPolicyShape;

    LogAccess access;

    async::Task<wire::Outcome<PutRetentionPolicyResponse>> handle(
        const Caller& caller, PutRetentionPolicyRequest request) const;
};

}  // namespace gatehouse::api::logs
