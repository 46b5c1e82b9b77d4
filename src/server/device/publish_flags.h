// The flags that `device` and `pub` share: where to, how often, how surely.
#pragma once

#include "base/result.h"
#include "server/arguments.h"
#include "server/device/publisher.h"

namespace gatehouse::server::device {

// --topic, --count, --interval and --qos over what the plan says already. InvalidInput: which flag
// and why; a plan without a topic wants --topic.
Result<PublishPlan> read_publish_flags(const Arguments& arguments, PublishPlan plan);

}  // namespace gatehouse::server::device
