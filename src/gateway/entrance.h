// The way in, told top to bottom: TLS, which protocol, CONNECT, who is it, may it connect; then
// the device moves to its session's loop.
//
// Threads: the loop that accepted the socket.
#pragma once

#include "async/task.h"
#include "gateway/door.h"
#include "net/listener.h"

namespace gatehouse::gateway {

class LoopGateway;

// Ends when the device was handed over, was refused, or its HTTP conversation is over. The
// gateway and the door must outlive the task.
async::Task<void> let_in(LoopGateway& gateway, net::AcceptedSocket socket, const Door& door);

}  // namespace gatehouse::gateway
