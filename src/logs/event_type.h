// The kinds of events and the level each is logged at.
//
// Source: AWS IoT Core Developer Guide, "CloudWatch AWS IoT log entries"; the last group are
// kinds of our own.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "logs/level.h"

namespace gatehouse::logs {

enum class Status : std::uint8_t { Success, Failure };

enum class EventType : std::uint8_t {
    Connect,
    Disconnect,
    Ping,
    ConnectionAuthNError,  // "Connection.AuthNError"
    DeleteConnection,
    GetConnection,
    ListSubscriptions,
    SendDirectMessage,
    PublishIn,   // "Publish-In"
    PublishOut,  // "Publish-Out"
    Queued,
    Subscribe,
    Unsubscribe,
    GetRetainedMessage,
    ListRetainedMessage,
    RetrieveOcspStapleData,  // "RetrieveOCSPStapleData"
    GetThingShadow,
    UpdateThingShadow,
    DeleteThingShadow,
    RuleMatch,
    StartingRuleExecution,
    RuleExecution,
    FunctionExecution,
    RuleNotFound,
    RuleMessageThrottled,
    DescribeJobExecution,
    GetPendingJobExecution,
    StartNextPendingJobExecution,
    UpdateJobExecution,
    ReportFinalJobExecutionCount,
    GetDeviceCredentials,
    ProvisionDevice,
    AddThingToDynamicThingGroupsFailed,
    NamedShadowCountLimitExceeded,  // "NamedShadowCountForDynamicGroupQueryLimitExceeded"

    AuthorizerInvoke,   // "Authorizer.Invoke": a custom authorizer was asked at CONNECT
    AuthorizerRefresh,  // "Authorizer.Refresh": asked again for a connection that is open
    ConnectionRefused,  // "Connection.Refused": ended before a CONNECT was understood
    ConnectionRate,     // "Connection.Rate": more connects, messages or bytes than a client may
    // "Function.Notice": an instance died, hung, or could not be isolated; an event was dropped
    FunctionNotice,
    LogsDropped,   // "Logs.Dropped": records lost to the write budget or a full disk
    ServerNotice,  // "Server.Notice": started, stopping, settings reread, something odd
};
inline constexpr std::size_t event_type_count =
    static_cast<std::size_t>(EventType::ServerNotice) + 1;
static_assert(event_type_count <= 64, "EventSelection keeps one bit a type in 64");

// The text in `eventType`.
std::string_view name_of(EventType type);
std::optional<EventType> parse_event_type(std::string_view name);
std::string_view name_of(Status status);

// At which level an event of this kind is logged.
Level level_of(EventType type, Status status);

}  // namespace gatehouse::logs
