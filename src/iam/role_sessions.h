// Assuming roles: the role's trust policy says who may, and the session gets keys that expire.
//
// Source: STS API Reference, AssumeRole; IAM User Guide, "Cross-account policy evaluation logic" (a
// trust policy that names the caller suffices within an account; one that names the account leaves
// it to the caller's own policies). Deliberate difference: root, too, may assume roles.
//
// Services assume roles for what they serve, if the trust policy names them.
//
// Threads: from a task on any loop.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/pinned.h"
#include "base/result.h"
#include "iam/access_judge.h"
#include "iam/identity.h"
#include "iam/temporary_keys.h"
#include "storage/async_resource_store.h"

namespace gatehouse::iam {

struct RoleRequest {
    // Who asks: as for any other call, but for the action and what it is about.
    AccessQuestion caller;
    bool caller_is_root = false;
    std::string role_arn;
    std::string session;
    std::chrono::seconds lifetime{3600};
    std::string external_id;  // empty: none
};

// As RoleRequest, of a service.
struct ServiceRoleRequest {
    std::string service;  // "credentials.iot.amazonaws.com"
    Tenant tenant;        // on whose behalf; the role is of this account
    std::string role_arn;
    std::string session;
    std::chrono::seconds lifetime{3600};
    // What the trust policy may ask, aws:SourceAccount and such.
    std::vector<policy::Variable> context;
    std::vector<std::pair<std::string, std::string>> session_facts;
};

// Something that a service does in a role's name.
struct RoleAction {
    std::string action;
    std::vector<std::string> resources;  // ARNs or "*"; each has to be allowed
};

struct RoleSession {
    TemporaryKey key;
    std::string id;   // "AROA…:SESSION"
    std::string arn;  // arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION
};

class RoleSessions : Pinned {
public:
    // All outlive it.
    RoleSessions(storage::AsyncResourceStore& store, AccessJudge& judge, TemporaryKeys& keys,
                 const Clock& clock)
        : store_(store), judge_(judge), keys_(keys), clock_(clock) {}

    // NotAllowed: AWS's words for who may not, also where there is no such role. InvalidInput: no
    // ARN of a role, or too long a life. LimitExceeded: too many keys.
    async::Task<Result<RoleSession>> assume(RoleRequest request);
    // NotAllowed: there is no such role, or it does not trust the service. InvalidInput: too long a
    // life. LimitExceeded: as TemporaryKeys::issue() of `keys`, which the key is one of.
    async::Task<Result<RoleSession>> assume_for_service(ServiceRoleRequest request,
                                                        TemporaryKeys& keys);
    // Whether the service may do all of these as the role, without a key. NotAllowed: as above, or
    // with the judge's sentence.
    async::Task<Result<void>> check_for_service(ServiceRoleRequest request,
                                                std::vector<RoleAction> actions);

private:
    // The role, when it trusts the service.
    async::Task<Result<Identity>> trusting_role(const ServiceRoleRequest& request);

    storage::AsyncResourceStore& store_;
    AccessJudge& judge_;
    TemporaryKeys& keys_;
    const Clock& clock_;
};

}  // namespace gatehouse::iam
