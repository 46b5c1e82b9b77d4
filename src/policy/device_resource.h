// The ARN that a device's action asks about, in pieces.
//
// Threads: pure functions.
#pragma once

#include <string_view>

#include "policy/action.h"
#include "policy/pattern.h"

namespace gatehouse::policy {

// "topic/": what stands before a resource's name; empty for Everything.
std::string_view name_with_slash(ResourceType type);

// `arn_head`: "arn:aws:iot:REGION:ACCOUNT:". "*" for actions without a resource.
JoinedText device_resource(std::string_view arn_head, Action action,
                           std::string_view name) noexcept;

std::string joined(const JoinedText& text);

}  // namespace gatehouse::policy
