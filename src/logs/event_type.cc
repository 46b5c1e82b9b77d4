#include "logs/event_type.h"

#include <array>

namespace gatehouse::logs {
namespace {

struct TypeFacts {
    EventType type;
    std::string_view name;
    Level success;
    Level failure;
};

constexpr Level error = Level::Error;
constexpr Level warn = Level::Warn;
constexpr Level info = Level::Info;
constexpr Level messages = Level::Messages;
constexpr Level debug = Level::Debug;

using enum EventType;
constexpr std::array<TypeFacts, event_type_count> facts = {{
    {Connect, "Connect", info, error},
    {Disconnect, "Disconnect", info, error},
    {Ping, "Ping", debug, error},
    {ConnectionAuthNError, "Connection.AuthNError", error, error},
    {DeleteConnection, "DeleteConnection", info, error},
    {GetConnection, "GetConnection", info, error},
    {ListSubscriptions, "ListSubscriptions", info, error},
    {SendDirectMessage, "SendDirectMessage", info, error},
    {PublishIn, "Publish-In", messages, error},
    {PublishOut, "Publish-Out", messages, error},
    {Queued, "Queued", messages, error},
    {Subscribe, "Subscribe", messages, error},
    {Unsubscribe, "Unsubscribe", messages, error},
    {GetRetainedMessage, "GetRetainedMessage", info, error},
    {ListRetainedMessage, "ListRetainedMessage", info, error},
    {RetrieveOcspStapleData, "RetrieveOCSPStapleData", info, error},
    {GetThingShadow, "GetThingShadow", info, error},
    {UpdateThingShadow, "UpdateThingShadow", info, error},
    {DeleteThingShadow, "DeleteThingShadow", info, error},
    {RuleMatch, "RuleMatch", messages, error},
    {StartingRuleExecution, "StartingRuleExecution", debug, error},
    {RuleExecution, "RuleExecution", messages, error},
    {FunctionExecution, "FunctionExecution", debug, error},
    {RuleNotFound, "RuleNotFound", error, error},
    {RuleMessageThrottled, "RuleMessageThrottled", error, error},
    {DescribeJobExecution, "DescribeJobExecution", debug, error},
    {GetPendingJobExecution, "GetPendingJobExecution", debug, error},
    {StartNextPendingJobExecution, "StartNextPendingJobExecution", debug, error},
    {UpdateJobExecution, "UpdateJobExecution", debug, error},
    {ReportFinalJobExecutionCount, "ReportFinalJobExecutionCount", info, error},
    {GetDeviceCredentials, "GetDeviceCredentials", info, error},
    {ProvisionDevice, "ProvisionDevice", info, error},
    {AddThingToDynamicThingGroupsFailed, "AddThingToDynamicThingGroupsFailed", error, error},
    {NamedShadowCountLimitExceeded, "NamedShadowCountForDynamicGroupQueryLimitExceeded", error,
     error},
    {AuthorizerInvoke, "Authorizer.Invoke", info, error},
    {AuthorizerRefresh, "Authorizer.Refresh", info, error},
    {ConnectionRefused, "Connection.Refused", error, error},
    {ConnectionRate, "Connection.Rate", warn, warn},
    {FunctionNotice, "Function.Notice", info, warn},
    {LogsDropped, "Logs.Dropped", warn, warn},
    {ServerNotice, "Server.Notice", info, error},
}};

constexpr bool in_order() {
    for (std::size_t i = 0; i < facts.size(); ++i) {
        if (static_cast<std::size_t>(facts[i].type) != i) return false;
    }
    return true;
}
static_assert(in_order(), "the table follows the order of the enumeration");

}  // namespace

std::string_view name_of(EventType type) {
    return facts[static_cast<std::size_t>(type)].name;
}

std::optional<EventType> parse_event_type(std::string_view name) {
    for (const TypeFacts& entry : facts) {
        if (entry.name == name) return entry.type;
    }
    return std::nullopt;
}

std::string_view name_of(Status status) {
    return status == Status::Success ? "Success" : "Failure";
}

Level level_of(EventType type, Status status) {
    const TypeFacts& entry = facts[static_cast<std::size_t>(type)];
    return status == Status::Success ? entry.success : entry.failure;
}

}  // namespace gatehouse::logs
