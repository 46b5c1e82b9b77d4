#include "gateway/password_exposure.h"

namespace gatehouse::gateway {

PasswordExposure exposure_of(const net::PeerFacts& peer) {
    if (peer.is_tls || peer.remote.is_loopback()) return PasswordExposure::None;
    if (peer.tls_before == net::TlsBefore::No) return PasswordExposure::OnTheWay;
    return peer.is_balancer_here ? PasswordExposure::None : PasswordExposure::FromBalancer;
}

}  // namespace gatehouse::gateway
