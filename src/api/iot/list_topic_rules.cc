#include "api/iot/list_topic_rules.h"

#include "api/iot/errors.h"
#include "api/iot/present.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<ListTopicRulesResponse>> ListTopicRules::handle(
    const Caller& caller, ListTopicRulesRequest request) const {
    rules::RuleListing listing{.topic = std::move(request.topic),
                               .is_disabled = request.rule_disabled,
                               .token = std::move(request.next_token).value_or("")};
    if (request.max_results) listing.page_size = static_cast<std::size_t>(*request.max_results);
    const auto page = co_await rules.run(
        [&](rules::TopicRuleRecords& records) { return records.list(caller.tenant, listing); });
    if (!page) co_return failure_of(page.error());
    ListTopicRulesResponse response{.rules = std::vector<TopicRuleListItem>()};
    for (const rules::TopicRule& rule : page->items) {
        response.rules->push_back({.rule_arn = rule.arn(),
                                   .rule_name = rule.name.value(),
                                   .topic_pattern = present(rules::topic_pattern(rule)),
                                   .created_at = rule.created,
                                   .rule_disabled = rule.payload.is_disabled});
    }
    response.next_token = present(page->next_marker);
    co_return response;
}

}  // namespace gatehouse::api::iot
