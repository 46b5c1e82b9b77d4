#include "api/iot/create_topic_rule.h"

#include "api/iot/errors.h"
#include "api/iot/topic_rule_shapes.h"
#include "rules/targets/http_action.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<CreateTopicRuleResponse>> CreateTopicRule::handle(
    const Caller& caller, CreateTopicRuleRequest request) const {
    auto payload = payload_of(std::move(request.topic_rule_payload));
    if (!payload) co_return failure_of(payload.error());
    auto tags = tags_of_header(request.tags.value_or(""));
    if (!tags) co_return failure_of(tags.error());
    auto urls = rules::confirmation_urls(*payload);
    const rules::TopicRule rule{.tenant = caller.tenant,
                                .name = rules::RuleName(std::move(request.rule_name)),
                                .payload = std::move(*payload),
                                .tags = std::move(*tags)};
    const auto made = co_await destinations.write_with(
        caller, std::move(urls),
        [&](storage::Batch along) { return rules.create(rule, std::move(along)); });
    if (!made) co_return failure_of(made.error());
    co_return CreateTopicRuleResponse{};
}

}  // namespace gatehouse::api::iot
