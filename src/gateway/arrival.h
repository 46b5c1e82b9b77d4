// A device that was let in, on its way to the loop on which its session lives.
#pragma once

#include <memory>
#include <optional>

#include "authentication/identity.h"
#include "base/bytes.h"
#include "broker/attach.h"
#include "gateway/connect_rules.h"
#include "gateway/device_facts.h"
#include "net/transport.h"

namespace gatehouse::gateway {

struct Arrival {
    std::unique_ptr<net::Transport> transport;
    std::unique_ptr<DeviceFacts> facts;
    authentication::IdentityPtr identity;
    broker::AttachRequest attach;  // without outbound and guard
    ConnectTerms terms;
    bool client_id_assigned = false;
    bool problem_information = true;  // MQTT 5: reason strings may be sent with any packet
    SteadyTime authenticated_at{};    // refresh and expiry count from here
    Bytes early_input;                // what came behind CONNECT
};

}  // namespace gatehouse::gateway
