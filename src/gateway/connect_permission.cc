#include "gateway/connect_permission.h"

#include <fmt/format.h>

#include "gateway/will_permit.h"

namespace gatehouse::gateway {
namespace {

bool may_be_client(const authentication::Identity& identity, const mqtt::Connect& connect,
                   const DeviceFacts& facts) {
    const ConnectContext conditions(connect, facts.tenant());
    return identity.policies->decide(policy::Action::Connect, facts.client_id, conditions.view())
        .allowed();
}

// What the will needs and is not allowed.
std::optional<policy::Action> denied_of_will(const authentication::Identity& identity,
                                             const mqtt::Connect& connect) {
    if (!connect.will) return std::nullopt;
    for (const policy::Action action : {policy::Action::Publish, policy::Action::RetainPublish}) {
        if (action == policy::Action::RetainPublish && !connect.will->retain) continue;
        if (!identity.policies->decide(action, connect.will->topic).allowed()) return action;
    }
    return std::nullopt;
}

}  // namespace

bool may_connect(const authentication::Identity& identity, const mqtt::Connect& connect,
                 const DeviceFacts& facts) {
    return may_be_client(identity, connect, facts) && !denied_of_will(identity, connect);
}

std::optional<Denial> connect_denial(const authentication::Identity& identity,
                                     const mqtt::Connect& connect, DeviceFacts& facts) {
    if (!may_be_client(identity, connect, facts)) {
        const ConnectContext conditions(connect, facts.tenant());
        return describe_denial(identity, policy::Action::Connect, facts.client_id,
                               conditions.view());
    }
    facts.trace.step(logs::StepKind::PolicyDecided, logs::StepStatus::Passed,
                     fmt::format("iot:Connect on client/{} is allowed", facts.client_id));
    const auto denied = denied_of_will(identity, connect);
    if (!denied) return std::nullopt;
    return describe_denial(identity, *denied, connect.will->topic);
}

}  // namespace gatehouse::gateway
