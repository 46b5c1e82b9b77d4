#include "policy/action.h"

#include "policy/ascii_case.h"

namespace gatehouse::policy {
namespace {

constexpr std::array<std::string_view, action_count> names{
    "iot:Connect",
    "iot:Publish",
    "iot:RetainPublish",
    "iot:Subscribe",
    "iot:Receive",
    "iot:GetRetainedMessage",
    "iot:ListRetainedMessages",
    "iot:GetThingShadow",
    "iot:UpdateThingShadow",
    "iot:DeleteThingShadow",
    "iot:ListNamedShadowsForThing",
    "iot:DescribeJobExecution",
    "iot:GetPendingJobExecutions",
    "iot:UpdateJobExecution",
    "iot:StartNextPendingJobExecution",
    "iot:AssumeRoleWithCertificate",
    "iot:DeleteConnection",
    "iot:GetConnection",
    "iot:ListSubscriptions",
    "iot:SendDirectMessage",
};

constexpr std::array<std::string_view, 6> type_names{"client", "topic",     "topicfilter",
                                                     "thing",  "rolealias", "*"};

}  // namespace

std::string_view name_of(Action action) {
    return names[static_cast<std::size_t>(action)];
}

std::optional<Action> action_named(std::string_view name) {
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (same_ignoring_case(names[i], name)) return static_cast<Action>(i);
    }
    return std::nullopt;
}

std::span<const std::string_view> action_names() {
    return names;
}

ResourceType resource_type_of(Action action) {
    switch (action) {
        case Action::Publish:
        case Action::RetainPublish:
        case Action::Receive:
        case Action::GetRetainedMessage: return ResourceType::Topic;
        case Action::Subscribe: return ResourceType::TopicFilter;
        case Action::Connect:
        case Action::DeleteConnection:
        case Action::GetConnection:
        case Action::ListSubscriptions:
        case Action::SendDirectMessage: return ResourceType::Client;
        case Action::GetThingShadow:
        case Action::UpdateThingShadow:
        case Action::DeleteThingShadow:
        case Action::ListNamedShadowsForThing:
        case Action::DescribeJobExecution:
        case Action::GetPendingJobExecutions:
        case Action::UpdateJobExecution:
        case Action::StartNextPendingJobExecution: return ResourceType::Thing;
        case Action::AssumeRoleWithCertificate: return ResourceType::RoleAlias;
        case Action::ListRetainedMessages: return ResourceType::Everything;
    }
    return ResourceType::Everything;
}

std::string_view name_of(ResourceType type) {
    return type_names[static_cast<std::size_t>(type)];
}

std::optional<ResourceType> resource_type_named(std::string_view name) {
    for (std::size_t i = 0; i < type_names.size(); ++i) {
        if (type_names[i] == name) return static_cast<ResourceType>(i);
    }
    return std::nullopt;
}

}  // namespace gatehouse::policy
