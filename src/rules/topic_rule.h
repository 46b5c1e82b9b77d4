// A topic rule as it is made and kept.
// Source: AWS IoT API Reference, CreateTopicRule, TopicRule, TopicRulePayload.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/named.h"
#include "base/tenant.h"
#include "registry/texts.h"
#include "registry/topic_rule_kind.h"
#include "sql/version.h"

namespace gatehouse::rules {

using RuleName = Named<std::string, struct RuleNameTag>;  // [a-zA-Z0-9_]{1,128}
// An action as the API gives it, {"KIND": {…}}: JSON, an object.
using ActionText = Named<std::string, struct ActionTextTag>;

inline constexpr std::size_t rules_max = 1000;  // a tenant
inline constexpr std::size_t actions_max = 10;  // a rule
inline constexpr std::size_t rule_bytes_max = 256UL * 1024;

// What CreateTopicRule and ReplaceTopicRule are given.
struct RulePayload {
    std::string sql;
    sql::Version version = sql::Version::V2015;
    bool is_beta = false;  // the version was given as "beta"
    std::string description;
    std::vector<ActionText> actions;
    std::optional<ActionText> error_action;
    bool is_disabled = false;

    // As it was given: "2016-03-23", or "beta" for the same.
    std::string_view version_name() const { return is_beta ? "beta" : sql::name_of(version); }
    bool operator==(const RulePayload&) const = default;
};

// In which order an action's results are handed to its target.
enum class Order : std::uint8_t {
    Any,      // several at once
    OfTopic,  // those of messages on one topic one after the other, as the messages came
};
// A tag of the rule asks for it: "gatehouse:order" is "topic".
using registry::order_of_topic;
using registry::order_tag;
Order order_of(const registry::Texts& tags);

// What becomes of messages with QoS 1 and 2 for the rule when the server is killed.
enum class Assurance : std::uint8_t {
    None,         // what waits for the rule is lost
    AtLeastOnce,  // it is done after the restart, perhaps once more
};
// A tag of the rule asks for it: "gatehouse:delivery" is "at-least-once".
using registry::delivery_at_least_once;
using registry::delivery_tag;
Assurance assurance_of(const registry::Texts& tags);

struct TopicRule {
    Tenant tenant;
    RuleName name;
    RulePayload payload;
    registry::Texts tags;
    WallTime created{};

    std::string arn() const;  // arn:aws:iot:REGION:ACCOUNT:rule/NAME
    bool operator==(const TopicRule&) const = default;
};

std::string rule_arn(const Tenant& tenant, std::string_view name);

}  // namespace gatehouse::rules
