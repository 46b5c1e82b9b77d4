// What the door that a client came through says about its credentials.
// Source: AWS IoT Core Developer Guide, "Protocols, port mappings, and authentication".
#pragma once

#include "authentication/credentials.h"
#include "gateway/door.h"

namespace gatehouse::gateway {

enum class Carrier : std::uint8_t { Tcp, WebSocket, Http };

// Notes who may not decide, and why, and whether an endpoint was named; the peer's facts and the
// domain configuration must be there.
void note_door(authentication::Credentials& credentials, const Door& door, const AskedName& name,
               Carrier carrier, DoorRules rules);

}  // namespace gatehouse::gateway
