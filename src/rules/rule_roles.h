// Whether roles let rules do what they are for. Each action asks for each message, so answers are
// kept for some seconds, in which a change of the role's policies is not seen.
//
// Threads: one loop.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <tuple>

#include "base/clock.h"
#include "base/pinned.h"
#include "iam/role_sessions.h"
#include "rules/doors.h"

namespace gatehouse::rules {

class RuleRoles final : public RoleDoor, Pinned {
public:
    // Both must outlive it.
    RuleRoles(iam::RoleSessions& roles, const Clock& clock) : roles_(roles), clock_(clock) {}

    async::Task<Result<void>> check(Tenant tenant, std::string role_arn, std::string action,
                                    std::string resource) override;

private:
    using Question = std::tuple<Tenant, std::string, std::string, std::string>;
    struct Known {
        Result<void> answer;
        SteadyTime until;
    };

    iam::RoleSessions& roles_;
    const Clock& clock_;
    std::map<Question, Known> known_;
};

// As iot.amazonaws.com, for the tenant's rules.
iam::ServiceRoleRequest role_request(const Tenant& tenant, std::string role_arn);

}  // namespace gatehouse::rules
