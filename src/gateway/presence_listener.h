// Who wants to know which clients are connected, whether or not anybody listens to lifecycle
// events. The gateway tells; the fleet index hears (server/serve/devices.h).
//
// Threads: any loop, also several at once.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/clock.h"
#include "base/tenant.h"

namespace gatehouse::gateway {

// The views are read during the call only.
struct Presence {
    std::string_view client_id;
    std::string_view thing_name;  // of an exclusive thing, or empty
    bool is_connected = false;
    WallTime since{};
    std::string_view reason;    // why it is not connected, as of lifecycle events
    std::uint64_t version = 0;  // grows with each connection of the client id
};

class PresenceListener {
public:
    virtual ~PresenceListener() = default;

    // Must not wait.
    virtual void changed(const Tenant& tenant, const Presence& presence) = 0;
};

}  // namespace gatehouse::gateway
