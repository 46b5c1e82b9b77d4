#include "gateway/connect_permission.h"

#include <fmt/format.h>

#include "gateway/connect_will.h"

namespace gatehouse::gateway {
namespace {

policy::Decision decide_client(const authentication::Identity& identity,
                               const ConnectContext& conditions, const DeviceFacts& facts) {
    return identity.policies->decide(policy::Action::Connect, facts.client_id, conditions.view());
}

std::optional<Refused> refused_of_will(const authentication::Identity& identity,
                                       const mqtt::Connect& connect) {
    if (!connect.will) return std::nullopt;
    return refused_of_publish(identity, connect.will->topic,
                              connect.will->retain ? broker::Retain::Yes : broker::Retain::No);
}

}  // namespace

bool may_connect(const authentication::Identity& identity, const mqtt::Connect& connect,
                 const DeviceFacts& facts) {
    const ConnectContext conditions(connect, facts.tenant());
    return decide_client(identity, conditions, facts).allowed() &&
           !refused_of_will(identity, connect);
}

std::optional<Denial> connect_denial(const authentication::Identity& identity,
                                     const mqtt::Connect& connect, DeviceFacts& facts) {
    const ConnectContext conditions(connect, facts.tenant());
    const policy::Decision decision = decide_client(identity, conditions, facts);
    if (!decision.allowed()) {
        return describe_denial(identity, {policy::Action::Connect, decision}, facts.client_id,
                               conditions.view());
    }
    facts.trace.step(logs::StepKind::PolicyDecided, logs::StepStatus::Passed,
                     fmt::format("iot:Connect on client/{} is allowed", facts.client_id));
    const auto refused = refused_of_will(identity, connect);
    if (!refused) return std::nullopt;
    return describe_denial(identity, *refused, connect.will->topic);
}

}  // namespace gatehouse::gateway
