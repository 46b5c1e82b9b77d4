#include "rules/topic_rule_record.h"

#include "base/arn.h"
#include "base/json.h"
#include "registry/record_reader.h"
#include "registry/topic_rule_kind.h"

namespace gatehouse::rules {
namespace {

json::array actions_of(const RulePayload& payload) {
    json::array made;
    for (const ActionText& action : payload.actions) made.emplace_back(action.value());
    return made;
}

std::optional<std::vector<ActionText>> actions_in(const json::array& array) {
    std::vector<ActionText> actions;
    for (const json::value& each : array) {
        if (!each.is_string()) return std::nullopt;
        actions.emplace_back(std::string(each.get_string()));
    }
    return actions;
}

bool has_tag(const registry::Texts& tags, const char* name, std::string_view value) {
    const auto tag = tags.find(name);
    return tag != tags.end() && tag->second == value;
}

}  // namespace

std::string rule_arn(const Tenant& tenant, std::string_view name) {
    return make_arn(tenant, "iot", std::string(registry::topic_rule_resource).append(name));
}

Order order_of(const registry::Texts& tags) {
    return has_tag(tags, order_tag, order_of_topic) ? Order::OfTopic : Order::Any;
}

Assurance assurance_of(const registry::Texts& tags) {
    return has_tag(tags, delivery_tag, delivery_at_least_once) ? Assurance::AtLeastOnce
                                                               : Assurance::None;
}

std::string TopicRule::arn() const {
    return rule_arn(tenant, name.view());
}

storage::RecordKey key_of(const Tenant& tenant, const RuleName& name) {
    return {tenant, registry::topic_rule_kind, name.value()};
}

std::string encode(const TopicRule& rule) {
    const RulePayload& payload = rule.payload;
    json::array error_actions;
    if (payload.error_action) error_actions.emplace_back(payload.error_action->value());
    return to_text(json::object{
        {"sql", payload.sql},
        {"sqlVersion", std::string(payload.version_name())},
        {"description", payload.description},
        {"actions", actions_of(payload)},
        {"errorActions", std::move(error_actions)},
        {"disabled", payload.is_disabled},
        {"tags", registry::to_object(rule.tags)},
    });
}

Result<TopicRule> decode_topic_rule(const storage::Record& record) {
    const auto body = registry::body_of(record, topic_rule_words.what);
    if (!body) return fail(body.error());
    registry::RecordReader reader(*body);
    const std::string version_name = reader.text("sqlVersion");
    const auto version = sql::parse_version(version_name);
    auto actions = actions_in(reader.array("actions"));
    const auto error_actions = actions_in(reader.array("errorActions"));
    TopicRule rule{.tenant = record.key.tenant,
                   .name = RuleName(record.key.name),
                   .payload = {.sql = reader.text("sql"),
                               .description = reader.text("description"),
                               .is_disabled = reader.truth("disabled")},
                   .tags = reader.texts("tags"),
                   .created = record.created};
    if (!reader.is_whole() || !version || !actions || !error_actions || error_actions->size() > 1) {
        return registry::unreadable(record, topic_rule_words.what);
    }
    rule.payload.version = *version;
    rule.payload.is_beta = version_name == "beta";
    rule.payload.actions = std::move(*actions);
    if (!error_actions->empty()) rule.payload.error_action = error_actions->front();
    return rule;
}

}  // namespace gatehouse::rules
