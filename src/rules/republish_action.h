// The action `republish`: publishes the result on another topic.
//
// Source: AWS IoT Developer Guide, "Republish" (rule actions).
#pragma once

#include "rules/action_kinds.h"

namespace gatehouse::rules {

// Rules that republish to one another end here.
inline constexpr std::uint8_t republish_hops_max = 10;

Result<ActionPtr> make_republish_action(Parameters& parameters, const ActionParts& parts);

}  // namespace gatehouse::rules
