#include "gateway/proxied_peer.h"

#include <unistd.h>

#include "gateway/entrance_reports.h"
#include "gateway/gateway.h"
#include "gateway/loop_gateway.h"
#include "net/proxy_protocol.h"

namespace gatehouse::gateway {

async::Task<bool> find_peer(LoopGateway& gateway, const Door& door, int descriptor,
                            net::PeerFacts& facts, net::ConnectionLimits::Slot& slot) {
    const auto peer = co_await net::read_proxy_header(
        gateway.loop(), descriptor,
        Deadline::after(gateway.parts().clock, gateway.settings().connect_wait));
    Result<void> known;
    if (!peer) known = fail(peer.error());
    if (peer && *peer) {
        facts.is_balancer_here = facts.remote.is_loopback();
        facts.remote = (*peer)->remote;
        facts.local = (*peer)->local;
        facts.tls_before = (*peer)->tls;
    }
    if (peer) known = slot.move_to(facts.remote);
    if (known) co_return true;
    ::close(descriptor);
    if (known.error().kind == ErrorKind::LimitExceeded) {
        report_over_limit(gateway, door, known.error().message);
    } else if (known.error().kind != ErrorKind::Unavailable) {
        // Unavailable: a balancer that only looks whether anybody is there.
        report_no_connect(gateway, door, facts, nullptr,
                          {.at = logs::StepKind::Door, .details = known.error().message});
    }
    co_return false;
}

}  // namespace gatehouse::gateway
