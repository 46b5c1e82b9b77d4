#include "gateway/proxied_peer.h"

#include <unistd.h>

#include <algorithm>

#include "gateway/entrance_reports.h"
#include "gateway/gateway.h"
#include "gateway/loop_gateway.h"
#include "net/proxy_protocol.h"

namespace gatehouse::gateway {

async::Task<bool> find_peer(LoopGateway& gateway, const Door& door, int descriptor,
                            net::PeerFacts& facts, net::ConnectionLimits::Slot& slot) {
    const bool is_proxied = std::ranges::any_of(
        gateway.settings().proxies,
        [&](const net::AddressRange& range) { return range.contains(facts.remote); });
    if (!is_proxied) co_return true;
    const auto peer = co_await net::read_proxy_header(
        gateway.loop(), descriptor,
        Deadline::after(gateway.parts().clock, gateway.settings().connect_wait));
    Result<void> known;
    if (!peer) known = fail(peer.error());
    if (peer && *peer) {
        facts.remote = (*peer)->remote;
        facts.local = (*peer)->local;
        known = slot.move_to(facts.remote);
    }
    if (known) co_return true;
    ::close(descriptor);
    // A balancer that only looks whether anybody is there ends like this.
    if (known.error().kind != ErrorKind::Unavailable) {
        report_no_connect(gateway, door, facts,
                          {.at = logs::StepKind::Door, .details = known.error().message});
    }
    co_return false;
}

}  // namespace gatehouse::gateway
