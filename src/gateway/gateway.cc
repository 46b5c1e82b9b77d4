#include "gateway/gateway.h"

#include <cassert>

namespace gatehouse::gateway {

Gateway::Gateway(GatewaySettings settings, GatewayParts parts,
                 std::span<async::EventLoop* const> loops)
    : settings_(std::move(settings)), parts_(std::move(parts)) {
    assert(loops.size() == parts_.broker.loop_count());
    if (settings_.profile.limits.client_connects_per_second_max != no_limit) {
        connect_rates_ = std::make_unique<ConnectRates>();
    }
    for (async::EventLoop* const loop : loops) {
        loops_.push_back(
            std::make_unique<LoopGateway>(*this, *loop, parts_.broker.shard(loop->index())));
    }
}

Gateway::~Gateway() = default;

void Gateway::review(const registry::AffectedClients& affected) {
    const auto shared = std::make_shared<const registry::AffectedClients>(affected);
    for (const auto& loop : loops_) loop->review(shared);
}

void Gateway::tell_presence(const Tenant& tenant) {
    for (const auto& loop : loops_) loop->tell_presence(tenant);
}

void Gateway::review_signed(const AccountId& account) {
    for (const auto& loop : loops_) loop->review_signed(account);
}

}  // namespace gatehouse::gateway
