#include "api/iot/disable_topic_rule.h"

#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<DisableTopicRuleResponse>> DisableTopicRule::handle(
    const Caller& caller, DisableTopicRuleRequest request) const {
    const rules::RuleName name(std::move(request.rule_name));
    const auto changed = co_await rules.run([&](rules::TopicRuleRecords& records) {
        return records.set_disabled(caller.tenant, name, true);
    });
    if (!changed) co_return failure_of(changed.error());
    co_return DisableTopicRuleResponse{};
}

}  // namespace gatehouse::api::iot
