// What the policies of a principal would say to a device, and what they would say if others were
// attached.
// Source: AWS IoT API Reference, TestAuthorization, AuthResult. Of a request over the network
// (aws:SourceIp, iot:DomainName, what a CONNECT asks for) nothing is known here: such variables are
// among the missing.
//
// Threads: any; blocks, as the store does.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "policy/action.h"
#include "policy/decision.h"
#include "policy/document.h"
#include "registry/policy.h"
#include "registry/policy_target.h"
#include "registry/refusal.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

struct TrialQuestion {
    policy::Action action = policy::Action::Connect;
    std::vector<std::string> resources;  // ARNs; allowed are all of them, or it is denied
};

struct AuthorizationTrial {
    std::optional<PolicyTarget> principal;
    std::optional<std::string> client_id;
    std::vector<PolicyName> added;    // as if they were attached
    std::vector<PolicyName> skipped;  // as if they were not
    std::vector<TrialQuestion> questions;
};

struct TrialAnswer {
    policy::Outcome outcome = policy::Outcome::DeniedByDefault;
    std::vector<PolicyName> allowing;
    std::vector<PolicyName> denying;
    std::vector<PolicyName> silent;  // that say nothing to it
    std::set<std::string> missing;   // variables without a value
};

// One answer a question. ResourceNotFound: the principal, or a policy that is added;
// InvalidRequest: a resource that the action is not checked against. `clock` tells policies the
// time.
Outcome<std::vector<TrialAnswer>> try_authorization(storage::ResourceStore& store,
                                                    const Tenant& tenant,
                                                    const AuthorizationTrial& trial,
                                                    const Clock& clock,
                                                    const policy::DocumentLimits& limits);

}  // namespace gatehouse::registry
