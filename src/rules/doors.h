// What actions ask of other parts of the server. Null in ActionParts: nobody is there to ask.
//
// Threads: the loop of actions.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "async/task.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/deadline.h"
#include "base/result.h"
#include "base/tenant.h"
#include "mqtt/protocol.h"

namespace gatehouse::rules {

struct RuleFacts;

// The name by which services know this one, in trust policies and functions' permissions.
inline constexpr std::string_view rules_service = "iot.amazonaws.com";

// A function as a rule calls it.
struct FunctionCall {
    Tenant tenant;  // of the rule
    std::string function_arn;
    std::string rule_arn;
    std::string payload;   // JSON
    std::string trace_id;  // of the message: its digits are those of the tracing header
    // Whether it outlives the server once it was handed over.
    bool is_kept = false;
};

class FunctionDoor {
public:
    virtual ~FunctionDoor() = default;
    // Hands the event over for good: it is repeated when the function fails. What it answers is
    // for people: the request id, and a permission that AWS would miss. NotAllowed: the function
    // does not permit it. NotFound: there is none. Throttled: too many are waiting already.
    virtual async::Task<Result<std::string>> hand_over(FunctionCall call) = 0;
    // Waits for the answer, JSON. Errors as above, and InvalidInput: the function failed.
    virtual async::Task<Result<std::string>> ask(FunctionCall call, Deadline deadline) = 0;
};

struct Republication {
    Tenant tenant;
    std::string topic;
    std::string payload;
    Bytes properties;                  // of MQTT 5, encoded
    std::uint32_t expiry_seconds = 0;  // 0: none
    std::uint32_t expiry_at = 0;       // where its four bytes stand in `properties`
    mqtt::Qos qos = mqtt::Qos::AtMostOnce;
    std::string trace_id;   // of the message that it comes of
    std::uint8_t hops = 0;  // of the new message
};

class BrokerDoor {
public:
    virtual ~BrokerDoor() = default;
    // Returns when the message is passed on, and on disk where it has to be. Unavailable: it
    // cannot be kept.
    virtual async::Task<Result<void>> publish(Republication message, Deadline deadline) = 0;
};

struct LogEntry {
    std::int64_t timestamp_ms = 0;
    std::string message;
};

class LogDoor {
public:
    virtual ~LogDoor() = default;
    // Into a stream that is made as needed, of a group that is there. NotFound: it is not.
    virtual async::Task<Result<void>> put(Tenant tenant, std::string group, std::string stream,
                                          std::vector<LogEntry> entries) = 0;
};

struct RoleNeed {
    std::string action;    // "s3:PutObject"
    std::string resource;  // "arn:aws:s3:::my-bucket/key"
};

class RoleDoor {
public:
    virtual ~RoleDoor() = default;
    // Whether this service may do it as the role, for the rule; without a need, whether the role
    // trusts it. NotAllowed: the role is not there, does not trust the service, or is not allowed
    // it. Answers are kept for some seconds.
    virtual async::Task<Result<void>> check(std::shared_ptr<const RuleFacts> rule,
                                            std::string role_arn, std::optional<RoleNeed> need) = 0;
};

}  // namespace gatehouse::rules
