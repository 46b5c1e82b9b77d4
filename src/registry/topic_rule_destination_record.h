// A destination of topic rules as a stored record. The names in the JSON are on disk: they are
// never changed.
#pragma once

#include <string>

#include "base/result.h"
#include "registry/stored.h"
#include "registry/topic_rule_destination.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

inline const storage::Kind destination_kind{"topic-rule-destination"};
// From the SHA-256 of a confirmation URL to the destination that has it.
inline const storage::Relation destination_url_relation{"topic-rule-destination-url"};
inline constexpr RecordWords destination_words{"topic rule destination", "arn"};

storage::RecordKey destination_key(const Tenant& tenant, const std::string& id);
storage::Link url_link(const TopicRuleDestination& destination);
std::string encode(const TopicRuleDestination& destination);
// Corrupt, naming the record, when the body is not what encode() makes.
Result<TopicRuleDestination> decode_destination(const storage::Record& record);

}  // namespace gatehouse::registry
