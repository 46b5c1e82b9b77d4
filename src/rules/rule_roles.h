// Whether roles let rules do what they are for. Each action asks for each message, so answers are
// kept for some seconds, in which a change of the role's policies is not seen.
//
// Threads: one loop.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>

#include "base/clock.h"
#include "base/pinned.h"
#include "iam/role_sessions.h"
#include "rules/action.h"
#include "rules/doors.h"

namespace gatehouse::rules {

class RuleRoles final : public RoleDoor, Pinned {
public:
    // Both must outlive it.
    RuleRoles(iam::RoleSessions& roles, const Clock& clock) : roles_(roles), clock_(clock) {}

    async::Task<Result<void>> check(std::shared_ptr<const RuleFacts> rule, std::string role_arn,
                                    std::optional<RoleNeed> need) override;

private:
    // The rule's ARN, the role's, action and resource.
    using Question = std::tuple<std::string, std::string, std::string, std::string>;
    struct Known {
        Result<void> answer;
        SteadyTime until;
    };
    using Answers = std::map<Question, Known>;

    const Known* find(const Question& question) const;
    void keep(Question question, Known known);

    iam::RoleSessions& roles_;
    const Clock& clock_;
    // Resources hold what messages say, so there may be many: the older ones are let go at once
    // when there are as many newer ones.
    Answers newer_;
    Answers older_;
};

// As iot.amazonaws.com, for the rule: the role's trust policy may ask for aws:SourceAccount and
// aws:SourceArn. Source: IAM User Guide, "The confused deputy problem"; AWS IoT Developer Guide,
// "Cross-service confused deputy prevention".
iam::ServiceRoleRequest role_request(const Tenant& tenant, std::string role_arn,
                                     std::string rule_arn);

}  // namespace gatehouse::rules
