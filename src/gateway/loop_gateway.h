// The gateway's part on one event loop: connections on their way in, and the device connections
// whose sessions live here.
//
// Threads: its loop's, except adopt_from().
#pragma once

#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "async/event_loop.h"
#include "async/snapshot.h"
#include "async/task_group.h"
#include "base/bytes.h"
#include "broker/lifecycle_events.h"
#include "broker/shard.h"
#include "gateway/connect_bytes.h"
#include "gateway/connection_gauges.h"
#include "gateway/domain.h"
#include "gateway/door.h"
#include "gateway/entering.h"
#include "gateway/identity_reviews.h"
#include "gateway/output_buffer.h"
#include "gateway/partial_input.h"
#include "gateway/parts.h"
#include "gateway/recent_disconnects.h"
#include "gateway/will_reviews.h"
#include "net/listener.h"
#include "net/refusal_tally.h"

namespace gatehouse::gateway {

class DeviceConnection;
class Gateway;
struct Arrival;
struct UpgradedConnection;

class LoopGateway final : async::TurnEndHook, Pinned {
public:
    LoopGateway(Gateway& gateway, async::EventLoop& loop, broker::Shard& shard);
    ~LoopGateway();

    // Takes over an accepted socket and lets it in, or not. The door must outlive the gateway.
    void accept(net::AcceptedSocket socket, const Door& door);
    // The same for a connection to another server that became a WebSocket. On this loop.
    void accept(UpgradedConnection connection, const Door& door);
    // From any thread: takes over a device that another loop let in.
    void adopt_from(std::unique_ptr<Arrival> arrival);

    // From any thread: looks again at who these clients are, those of them that are here.
    void review(std::shared_ptr<const registry::AffectedClients> affected);
    void review_signed(const AccountId& account);

    // From any thread: tells the presence of the tenant's clients that are here, some a turn.
    void tell_presence(const Tenant& tenant);

    // Connections let in so far and still open.
    std::size_t connection_count() const { return connections_.size(); }
    // Ends all connections (MQTT 5: Server shutting down), and those on their way in unless they
    // are being authenticated. New ones are closed.
    void stop();
    // Waits for what is still on its way in, which is cut at the deadline. After stop(), and after
    // the authenticator was told to stop.
    async::Task<void> drain(Deadline deadline);
    bool is_stopping() const { return stopping_; }
    // By the host name that a client asks for, as things stand now. Null: it has no configuration.
    DomainPtr domain_of(std::string_view host_name) { return domains_.current().find(host_name); }

    async::EventLoop& loop() { return loop_; }
    Gateway& gateway() { return gateway_; }
    broker::Shard& shard() { return shard_; }
    OutputPool& outputs() { return outputs_; }
    logs::MetricSet& metrics() { return metrics_; }
    broker::LifecycleEvents& lifecycle() { return lifecycle_; }
    IdentityReviews& reviews() { return reviews_; }
    WillReviews& wills() { return wills_; }
    ConnectBytes& connect_bytes() { return connect_bytes_; }
    PartialInputs& partial_inputs() { return partial_inputs_; }
    // Refused at the bound of an address behind a load balancer.
    net::RefusalTally& over_limits() { return over_limits_; }
    RecentDisconnects& disconnects() { return disconnects_; }
    const ConnectionGauges& gauges() const { return gauges_; }
    const GatewaySettings& settings() const;
    const GatewayParts& parts() const;

    // From the beginning to the end of a connection's way in.
    void add(Entering& entering) { entering_.insert(&entering); }
    void remove(Entering& entering) { entering_.erase(&entering); }
    // A refresh of an identity; awaited by drain().
    void start_refresh(async::Task<void> task) { tasks_.start(std::move(task)); }
    // Bytes for short use within one packet.
    Bytes& scratch() { return scratch_; }
    // A connection that is over; destroyed at the end of the turn.
    void retire(DeviceConnection& connection);

private:
    void on_turn_end() override;
    void adopt(std::unique_ptr<Arrival> arrival);
    // Of the first `count` connections, the last of them first.
    void tell_presence_of(std::size_t count, const Tenant& tenant);

    Gateway& gateway_;
    async::EventLoop& loop_;
    broker::Shard& shard_;
    logs::MetricSet& metrics_;
    async::Snapshot<Domains>::Reader domains_;
    broker::LifecycleEvents lifecycle_;
    RecentDisconnects disconnects_;
    ConnectionGauges gauges_;
    net::RefusalTally over_limits_;
    ConnectBytes connect_bytes_;
    PartialInputs partial_inputs_;
    OutputPool outputs_;
    async::TaskGroup tasks_;
    std::unordered_set<Entering*> entering_;
    IdentityReviews reviews_{*this};
    WillReviews wills_{*this};
    std::vector<std::unique_ptr<DeviceConnection>> connections_;  // each knows its place
    std::vector<std::unique_ptr<DeviceConnection>> retired_;
    Bytes scratch_;
    bool stopping_ = false;
};

}  // namespace gatehouse::gateway
