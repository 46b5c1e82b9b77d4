#include "api/iot/enable_topic_rule.h"

#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<EnableTopicRuleResponse>> EnableTopicRule::handle(
    const Caller& caller, EnableTopicRuleRequest request) const {
    const rules::RuleName name(std::move(request.rule_name));
    const auto changed = co_await rules.run([&](rules::TopicRuleRecords& records) {
        return records.set_disabled(caller.tenant, name, false);
    });
    if (!changed) co_return failure_of(changed.error());
    co_return EnableTopicRuleResponse{};
}

}  // namespace gatehouse::api::iot
