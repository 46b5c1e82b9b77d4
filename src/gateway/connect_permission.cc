#include "gateway/connect_permission.h"

#include <fmt/format.h>

#include "gateway/will_permit.h"

namespace gatehouse::gateway {

bool may_connect(const authentication::Identity& identity, const mqtt::Connect& connect,
                 const DeviceFacts& facts) {
    const ConnectContext conditions(connect, facts.tenant);
    return identity.policies->decide(policy::Action::Connect, facts.client_id, conditions.view())
        .allowed();
}

std::optional<Denial> connect_denial(const authentication::Identity& identity,
                                     const mqtt::Connect& connect, DeviceFacts& facts) {
    if (!may_connect(identity, connect, facts)) {
        const ConnectContext conditions(connect, facts.tenant);
        return describe_denial(identity, policy::Action::Connect, facts.client_id,
                               conditions.view());
    }
    facts.trace.step(logs::StepKind::PolicyDecided, logs::StepStatus::Passed,
                     fmt::format("iot:Connect on client/{} is allowed", facts.client_id));
    if (!connect.will) return std::nullopt;
    for (const policy::Action action : {policy::Action::Publish, policy::Action::RetainPublish}) {
        if (action == policy::Action::RetainPublish && !connect.will->retain) continue;
        const auto will = identity.policies->decide(action, connect.will->topic);
        if (!will.allowed()) return describe_denial(identity, action, connect.will->topic);
    }
    return std::nullopt;
}

}  // namespace gatehouse::gateway
