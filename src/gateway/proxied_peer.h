// Whose connection it is, where a load balancer passes it on.
#pragma once

#include "async/task.h"
#include "gateway/door.h"
#include "net/listener.h"
#include "net/transport.h"

namespace gatehouse::gateway {

class LoopGateway;

// Of a socket from one of GatewaySettings::proxies, takes the PROXY protocol header off and puts
// the client's addresses into the facts, and its slot among that address's. Other sockets are left
// as they are. False: the connection is over, reported and closed.
async::Task<bool> find_peer(LoopGateway& gateway, const Door& door, int descriptor,
                            net::PeerFacts& facts, net::ConnectionLimits::Slot& slot);

}  // namespace gatehouse::gateway
