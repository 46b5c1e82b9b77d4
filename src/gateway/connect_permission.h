// Whether policies let a client connect: iot:Connect on its client id, and what its will needs.
//
// Source: AWS IoT Core Developer Guide, "Connect policy examples" and "Publish/Subscribe policy
// examples".
#pragma once

#include <optional>

#include "authentication/identity.h"
#include "gateway/denial.h"
#include "gateway/device_facts.h"
#include "mqtt/connect.h"

namespace gatehouse::gateway {

// Threads: any, while the connection stays as it is.
bool may_connect(const authentication::Identity& identity, const mqtt::Connect& connect,
                 const DeviceFacts& facts);

// What is not allowed; nullopt: nothing, which the connection's trace is told.
std::optional<Denial> connect_denial(const authentication::Identity& identity,
                                     const mqtt::Connect& connect, DeviceFacts& facts);

}  // namespace gatehouse::gateway
