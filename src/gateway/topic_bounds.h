// Which topics and filters a profile takes from clients. Pure.
//
// Topics that begin with `$aws/` are alike in all profiles: clients publish requests there,
// services answer and tell. What the table of reserved topics does not have is refused.
//
// Source: AWS IoT Core Developer Guide, "MQTT topics", "Reserved topics", "Basic Ingest"; quotas.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/profile.h"
#include "broker/publication.h"
#include "mqtt/topic.h"

namespace gatehouse::gateway {

mqtt::TopicBounds topic_bounds(const Limits& limits);

// Why a client may not publish to this (valid) topic name; empty: it may.
std::optional<std::string> publish_topic_problem(std::string_view topic, broker::Retain retain,
                                                 const Profile& profile);
// Whether the (valid) filter is for reserved topics, which begin with `$`, that are not served.
bool is_unserved(std::string_view filter, const Profile& profile);
// Why a client may not subscribe to this (valid) filter; empty: it may.
std::optional<std::string> filter_problem(std::string_view filter, const Profile& profile);

}  // namespace gatehouse::gateway
