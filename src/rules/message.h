// A message as rules hear of it: a copy of its own, since it is looked at after the publisher has
// gone on.
//
// Threads: any; never changed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/tenant.h"
#include "mqtt/protocol.h"

namespace gatehouse::rules {

struct Message {
    Tenant tenant;
    std::string topic;  // as it was published, "$aws/rules/NAME/" included
    std::string payload;
    Bytes properties;  // of MQTT 5, encoded (broker::Publication::properties)
    mqtt::Qos qos = mqtt::Qos::AtMostOnce;
    std::string client_id;  // empty: it came otherwise than by MQTT
    std::string principal;  // empty: nobody's
    std::string source_ip;  // empty: not from a device's connection
    std::string trace_id;   // never empty
    // How many rules, one after the other, made this message of another.
    std::uint8_t hops = 0;

    // Without "$aws/rules/NAME/".
    std::string_view ruled_topic() const;
    // About what it takes of memory.
    std::size_t bytes() const;
};

using MessagePtr = std::shared_ptr<const Message>;

}  // namespace gatehouse::rules
