// The device gateway: conversations with devices, from the first byte to the last, on every
// loop.
//
// Threads: construction and destruction while no loop runs; on_loop() and review() from any.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "gateway/connect_rates.h"
#include "gateway/device_api.h"
#include "gateway/loop_gateway.h"
#include "gateway/parts.h"

namespace gatehouse::gateway {

class Gateway : Pinned {
public:
    // One LoopGateway for each loop; loops[i] runs shard i of the broker.
    Gateway(GatewaySettings settings, GatewayParts parts, std::span<async::EventLoop* const> loops);
    ~Gateway();

    LoopGateway& on_loop(std::size_t index) { return *loops_[index]; }
    std::size_t loop_count() const { return loops_.size(); }
    const GatewaySettings& settings() const { return settings_; }
    const GatewayParts& parts() const { return parts_; }
    // What the registry holds of these clients changed: they may be somebody else, or nobody, by
    // now. From any thread.
    void review(const registry::AffectedClients& affected);
    // The same of IAM's records: of clients that signed with a key of this account.
    void review_signed(const AccountId& account);
    // Tells the listener of every client of the tenant that is connected. From any thread.
    void tell_presence(const Tenant& tenant);
    // What the HTTPS doors serve beside publishing; before the loops run. Null: nothing.
    void serve(DeviceApi* api) { device_api_ = api; }
    const DeviceApi* device_api() const { return device_api_; }
    // The operations of the data plane beside publishing, for requests that are signed for it: set
    // before the loops run, and alive while they do. Null: none.
    void offer(net::Routes& data_plane) { data_plane_ = &data_plane; }
    net::Routes* data_plane() const { return data_plane_; }
    // Null where the profile bounds no such rate.
    ConnectRates* connect_rates() { return connect_rates_.get(); }

private:
    const GatewaySettings settings_;
    const GatewayParts parts_;
    net::Routes* data_plane_ = nullptr;
    std::unique_ptr<ConnectRates> connect_rates_;
    DeviceApi* device_api_ = nullptr;
    std::vector<std::unique_ptr<LoopGateway>> loops_;
};

}  // namespace gatehouse::gateway
