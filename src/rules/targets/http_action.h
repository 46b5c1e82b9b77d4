// The action http: the message is posted to an endpoint whose owner has confirmed it.
//
// Source: AWS IoT Developer Guide, "HTTP", "Working with HTTP topic rule destinations", "HTTP
// action batching".
#pragma once

#include <string>
#include <vector>

#include "rules/action_kinds.h"
#include "rules/topic_rule.h"

namespace gatehouse::rules {

Result<ActionPtr> make_http_action(Parameters& parameters, const ActionParts& parts);

// The URLs that have to be confirmed before the rule's http actions can post, where they are the
// same for each message.
std::vector<std::string> confirmation_urls(const RulePayload& payload);

}  // namespace gatehouse::rules
