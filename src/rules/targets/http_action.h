// The action http: the message is posted to an endpoint whose owner has confirmed it.
//
// Source: AWS IoT Developer Guide, "HTTP", "Working with HTTP topic rule destinations", "HTTP
// action batching".
#pragma once

#include "rules/action_kinds.h"

namespace gatehouse::rules {

Result<ActionPtr> make_http_action(Parameters& parameters, const ActionParts& parts);

}  // namespace gatehouse::rules
