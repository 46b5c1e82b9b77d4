// Who could read the password of a CONNECT on its way, as far as this server knows.
//
// Pure.
#pragma once

#include <cstdint>

#include "net/transport.h"

namespace gatehouse::gateway {

enum class PasswordExposure : std::uint8_t {
    None,
    FromBalancer,  // it came from a load balancer on another machine, from there without TLS
    OnTheWay       // it came from another machine without TLS
};
PasswordExposure exposure_of(const net::PeerFacts& peer);

}  // namespace gatehouse::gateway
