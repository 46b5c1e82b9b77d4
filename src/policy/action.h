// The actions that devices are checked for, and the type of resource each is checked against.
// Source: AWS IoT Developer Guide, "AWS IoT Core policy actions" and "Action resources".
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace gatehouse::policy {

// The first five are asked on the packet path and have an index of their own.
enum class Action : std::uint8_t {
    Connect,
    Publish,
    RetainPublish,
    Subscribe,
    Receive,
    GetRetainedMessage,
    ListRetainedMessages,
    GetThingShadow,
    UpdateThingShadow,
    DeleteThingShadow,
    ListNamedShadowsForThing,
    DescribeJobExecution,
    GetPendingJobExecutions,
    UpdateJobExecution,
    StartNextPendingJobExecution,
    AssumeRoleWithCertificate,
    DeleteConnection,
    GetConnection,
    ListSubscriptions,
    SendDirectMessage,
};
inline constexpr std::size_t action_count = 20;
inline constexpr std::size_t indexed_action_count = 5;

enum class ResourceType : std::uint8_t {
    Client,
    Topic,
    TopicFilter,
    Thing,
    RoleAlias,
    Everything,  // the action has no resource: only `*` permits it
};

// "iot:Publish".
std::string_view name_of(Action action);
// Case does not count; empty for other services and unknown names.
std::optional<Action> action_named(std::string_view name);
std::span<const std::string_view> action_names();

ResourceType resource_type_of(Action action);
// "topic"; "*" for Everything.
std::string_view name_of(ResourceType type);
std::optional<ResourceType> resource_type_named(std::string_view name);

}  // namespace gatehouse::policy
