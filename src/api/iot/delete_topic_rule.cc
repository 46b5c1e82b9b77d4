#include "api/iot/delete_topic_rule.h"

#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<DeleteTopicRuleResponse>> DeleteTopicRule::handle(
    const Caller& caller, DeleteTopicRuleRequest request) const {
    const rules::RuleName name(std::move(request.rule_name));
    const auto removed = co_await rules.run(
        [&](rules::TopicRuleRecords& records) { return records.remove(caller.tenant, name); });
    if (!removed) co_return failure_of(removed.error());
    co_return DeleteTopicRuleResponse{};
}

}  // namespace gatehouse::api::iot
