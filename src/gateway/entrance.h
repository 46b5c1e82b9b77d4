// The way in, told top to bottom: TLS, which protocol, CONNECT, who is it, may it connect; then
// the device moves to its session's loop.
//
// Threads: the loop that accepted the socket.
#pragma once

#include <memory>

#include "async/task.h"
#include "gateway/door.h"
#include "net/http_server.h"
#include "net/listener.h"
#include "net/stream.h"

namespace gatehouse::gateway {

class LoopGateway;

// A connection on which another server spoke HTTP until it was upgraded to a WebSocket.
struct UpgradedConnection {
    std::unique_ptr<net::Stream> stream;
    net::HttpUpgrade upgrade;
    net::ConnectionLimits::Slot slot;
};

// Ends when the device was handed over, was refused, or its HTTP conversation is over. The
// gateway and the door must outlive the task.
async::Task<void> let_in(LoopGateway& gateway, net::AcceptedSocket socket, const Door& door);
async::Task<void> let_in(LoopGateway& gateway, UpgradedConnection connection, const Door& door);

}  // namespace gatehouse::gateway
