// The topic rule operations that more than one command needs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/client/api_client.h"

namespace gatehouse::server {

// "/rules/NAME".
std::string rule_path(std::string_view name);

// What ListTopicRules tells of each rule.
Answer<std::vector<json::value>> listed_rules(const ApiClient& client);

// An error about the rule, with the nearest name when it does not exist, which the API, as AWS's,
// tells as access that is denied.
ApiError rule_error(const ApiClient& client, ApiError error, const std::string& name);

// What GetTopicRule tells: "ruleArn" and "rule".
Answer<json::value> described_rule(const ApiClient& client, const std::string& name);

}  // namespace gatehouse::server
