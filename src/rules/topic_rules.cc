#include "rules/topic_rules.h"

#include <fmt/format.h>

#include "rules/rule_roles.h"

namespace gatehouse::rules {

using registry::Outcome;

async::Task<Outcome<void>> TopicRules::check(const Tenant& tenant, const RuleName& name,
                                             const RulePayload& payload) {
    const auto roles = co_await records_.run(
        [&](TopicRuleRecords& records) { return records.check(tenant, name, payload); });
    if (!roles) co_return registry::refuse(roles.error());
    const std::string arn = rule_arn(tenant, name.view());
    for (const std::string& role : *roles) {
        const auto trusted = co_await roles_.check_for_service(role_request(tenant, role, arn), {});
        if (trusted) continue;
        if (trusted.error().kind != ErrorKind::NotAllowed) {
            co_return registry::refuse(registry::refused_by(trusted.error()));
        }
        // AWS's words, two blanks and all.
        co_return registry::refuse(
            registry::Refusal::InvalidRequest,
            fmt::format("AWS IoT (iot.amazonaws.com) is unable to assume role (sts:AssumeRole) on "
                        "resource: {}.  If the role was just created or updated, please try again "
                        "in a few seconds. ({})",
                        role, trusted.error().message),
            "roleArn");
    }
    co_return Outcome<void>();
}

async::Task<Outcome<void>> TopicRules::create(TopicRule rule, storage::Batch along) {
    if (auto checked = co_await check(rule.tenant, rule.name, rule.payload); !checked) {
        co_return checked;
    }
    co_return co_await records_.run(
        [&](TopicRuleRecords& records) { return records.create(rule, along); });
}

async::Task<Outcome<void>> TopicRules::replace(Tenant tenant, RuleName name, RulePayload payload,
                                               storage::Batch along) {
    if (auto checked = co_await check(tenant, name, payload); !checked) co_return checked;
    co_return co_await records_.run(
        [&](TopicRuleRecords& records) { return records.replace(tenant, name, payload, along); });
}

}  // namespace gatehouse::rules
