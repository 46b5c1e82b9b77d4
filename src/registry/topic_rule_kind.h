// Topic rules among the resources that have tags. What they are, `rules` knows.
#pragma once

#include <string_view>

#include "storage/resource_store.h"

namespace gatehouse::registry {

inline const storage::Kind topic_rule_kind{"topic-rule"};
inline constexpr std::string_view topic_rule_resource = "rule/";

}  // namespace gatehouse::registry
