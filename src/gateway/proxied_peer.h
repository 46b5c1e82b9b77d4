// Whose connection it is, where a load balancer passes it on.
#pragma once

#include "async/task.h"
#include "gateway/door.h"
#include "net/listener.h"
#include "net/transport.h"

namespace gatehouse::gateway {

class LoopGateway;

// Of a proxied socket, takes the PROXY protocol header off and puts what it says about the client
// into the facts, and the slot among those of the client's address (the balancer's own, where it
// speaks for itself). False: the connection is over, reported and closed.
async::Task<bool> find_peer(LoopGateway& gateway, const Door& door, int descriptor,
                            net::PeerFacts& facts, net::ConnectionLimits::Slot& slot);

}  // namespace gatehouse::gateway
