// The action `mqtt`: the result is published to another broker, which the operator declared.
#pragma once

#include "rules/action_kinds.h"

namespace gatehouse::rules {

Result<ActionPtr> make_mqtt_action(Parameters& parameters, const ActionParts& parts);

}  // namespace gatehouse::rules
