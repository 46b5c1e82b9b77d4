// A topic rule as a stored record. The names in the JSON are on disk: they are never changed.
#pragma once

#include <string>

#include "base/result.h"
#include "registry/stored.h"
#include "rules/topic_rule.h"
#include "storage/resource_store.h"

namespace gatehouse::rules {

inline constexpr registry::RecordWords topic_rule_words{"topic rule", "ruleName"};

storage::RecordKey key_of(const Tenant& tenant, const RuleName& name);
std::string encode(const TopicRule& rule);
// Corrupt, naming the record, when the body is not what encode() makes.
Result<TopicRule> decode_topic_rule(const storage::Record& record);

}  // namespace gatehouse::rules
