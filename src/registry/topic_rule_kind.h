// Topic rules among the resources that have tags. What they are, `rules` knows.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "registry/texts.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

inline const storage::Kind topic_rule_kind{"topic-rule"};
inline constexpr std::string_view topic_rule_resource = "rule/";

// Tags that change how a rule works, and what each has to be.
inline constexpr const char* order_tag = "gatehouse:order";
inline constexpr const char* order_of_topic = "topic";
inline constexpr const char* delivery_tag = "gatehouse:delivery";
inline constexpr const char* delivery_at_least_once = "at-least-once";

// Why a rule cannot have these tags: it would be believed to do what it does not.
std::optional<std::string> topic_rule_tags_fault(const Texts& tags);

}  // namespace gatehouse::registry
