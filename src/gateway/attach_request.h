// What the broker is asked for when a device that was let in comes with its CONNECT.
#pragma once

#include "authentication/identity.h"
#include "base/profile.h"
#include "broker/attach.h"
#include "gateway/connect_rules.h"
#include "gateway/device_facts.h"
#include "mqtt/connect.h"

namespace gatehouse::gateway {

// Without outbound and guard.
broker::AttachRequest attach_request(const mqtt::Connect& connect, const DeviceFacts& facts,
                                     const authentication::IdentityPtr& identity,
                                     const ConnectTerms& terms, const Profile& profile);

}  // namespace gatehouse::gateway
