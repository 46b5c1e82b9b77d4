// Refuses a signed request (SigV4) whose signature does not count before anything is made of it, as
// AWS IoT does: no WebSocket comes into being, and no operation is called.
//
// Source: AWS IoT Developer Guide, "Protocols".
//
// Threads: the loop of its connection.
#pragma once

#include <cstdint>
#include <optional>

#include "gateway/door.h"
#include "gateway/door_request.h"
#include "net/http.h"

namespace gatehouse::gateway {

class LoopGateway;

enum class SignedFor : std::uint8_t { WebSocket, DataPlane };

// The refusal, which the log and a trace have been told of; nothing: the signature counts.
// Requires: the request is signed.
std::optional<net::HttpResponse> refuse_signature(LoopGateway& gateway, const Door& door,
                                                  const DoorRequest& asked, SignedFor what);

}  // namespace gatehouse::gateway
