// Which topics and filters a profile takes from clients. Pure.
//
// Source: AWS IoT Core Developer Guide, "MQTT topics", "Reserved topics"; quotas.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/profile.h"
#include "mqtt/topic.h"

namespace gatehouse::gateway {

mqtt::TopicBounds topic_bounds(const Limits& limits);

// Why a client may not publish to this (valid) topic name; empty: it may.
std::optional<std::string> publish_topic_problem(std::string_view topic, const Profile& profile);
// Why a client may not subscribe to this (valid) filter; empty: it may.
std::optional<std::string> filter_problem(std::string_view filter, const Profile& profile);

}  // namespace gatehouse::gateway
