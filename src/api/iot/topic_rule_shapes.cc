#include "api/iot/topic_rule_shapes.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "api/iot/present.h"
#include "base/encoding.h"

namespace gatehouse::api::iot {

registry::Outcome<rules::RulePayload> payload_of(TopicRulePayload payload) {
    rules::RulePayload made{.sql = std::move(payload.sql),
                            .description = std::move(payload.description).value_or(""),
                            .is_disabled = payload.rule_disabled.value_or(false)};
    if (payload.aws_iot_sql_version) {
        const auto version = sql::parse_version(*payload.aws_iot_sql_version);
        if (!version) {
            return registry::refuse_field(
                "awsIotSqlVersion",
                fmt::format("'{}' is not a version: 2016-03-23, 2015-10-08 or beta",
                            *payload.aws_iot_sql_version));
        }
        made.version = *version;
        made.is_beta = *payload.aws_iot_sql_version == "beta";
    }
    for (wire::AnyObject& action : payload.actions) {
        made.actions.emplace_back(std::move(action.text));
    }
    if (payload.error_action) made.error_action.emplace(std::move(payload.error_action->text));
    return made;
}

TopicRule shape_of(const rules::TopicRule& rule) {
    TopicRule shape{.rule_name = rule.name.value(),
                    .sql = rule.payload.sql,
                    .description = present(rule.payload.description),
                    .created_at = rule.created,
                    .actions = std::vector<wire::AnyObject>(),
                    .rule_disabled = rule.payload.is_disabled,
                    .aws_iot_sql_version = std::string(rule.payload.version_name())};
    for (const rules::ActionText& action : rule.payload.actions) {
        shape.actions->push_back({action.value()});
    }
    if (rule.payload.error_action) {
        shape.error_action = wire::AnyObject{rule.payload.error_action->value()};
    }
    return shape;
}

registry::Outcome<registry::Texts> tags_of_header(std::string_view header) {
    registry::Texts tags;
    for (auto& [key, value] : query_fields(header)) {
        // As forms are: a blank may stand as a plus.
        std::ranges::replace(key, '+', ' ');
        std::ranges::replace(value, '+', ' ');
        if (!tags.emplace(std::move(key), std::move(value)).second) {
            return registry::refuse_field("tags", "a key is there twice");
        }
    }
    return tags;
}

}  // namespace gatehouse::api::iot
