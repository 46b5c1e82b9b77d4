// Publishing to brokers that the operator declared.
#pragma once

#include <string>
#include <string_view>

#include "async/task.h"
#include "base/deadline.h"
#include "base/result.h"
#include "base/tenant.h"
#include "mqtt/protocol.h"

namespace gatehouse::rules {

struct MqttMessage {
    std::string topic;  // a valid one
    std::string payload;
    mqtt::Qos qos = mqtt::Qos::AtLeastOnce;  // not 2
    bool retain = false;

    std::size_t bytes() const { return sizeof(*this) + topic.size() + payload.size(); }
};

// Threads: may_use() any; publish() on the loop of actions.
class MqttDoor {
public:
    virtual ~MqttDoor() = default;

    // NotFound: no such broker is declared for the account.
    virtual Result<void> may_use(const AccountId& account, std::string_view target) const = 0;
    // Returns when the broker has acknowledged it; with QoS 0, when it is on its way. Requires:
    // may_use(). Unavailable, Timeout: no broker took it. Throttled: too much waits already, or the
    // broker says so. Others: it was refused.
    virtual async::Task<Result<void>> publish(std::string target, MqttMessage message,
                                              Deadline deadline) = 0;
};

}  // namespace gatehouse::rules
