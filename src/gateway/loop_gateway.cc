#include "gateway/loop_gateway.h"

#include <unistd.h>

#include <algorithm>

#include "async/wake.h"
#include "gateway/device_connection.h"
#include "gateway/entrance.h"
#include "gateway/gateway.h"

namespace gatehouse::gateway {

LoopGateway::LoopGateway(Gateway& gateway, async::EventLoop& loop, broker::Shard& shard)
    : gateway_(gateway),
      loop_(loop),
      shard_(shard),
      metrics_(gateway.parts().metrics.make_set()),
      domains_(gateway.parts().domains),
      lifecycle_(shard, gateway.parts().clock),
      connect_bytes_(gateway.settings().connect_bytes_max),
      partial_inputs_(loop, {.bytes_max = gateway.settings().partial_input_bytes_max /
                                          gateway.parts().broker.loop_count(),
                             .wait = gateway.settings().partial_input_wait}),
      tasks_(loop, "entrance") {
    shard_.set_will_judge(&wills_);
}

LoopGateway::~LoopGateway() {
    loop_.cancel_turn_end(*this);
    shard_.set_will_judge(nullptr);
}

const GatewaySettings& LoopGateway::settings() const {
    return gateway_.settings();
}

const GatewayParts& LoopGateway::parts() const {
    return gateway_.parts();
}

void LoopGateway::accept(net::AcceptedSocket socket, const Door& door) {
    if (stopping_ || tasks_.running() >= settings().entering_max) {
        ::close(socket.descriptor);
        metrics_.add(logs::Metric::ConnectThrottle);
        return;
    }
    tasks_.start(let_in(*this, std::move(socket), door));
}

void LoopGateway::accept(UpgradedConnection connection, const Door& door) {
    if (stopping_ || tasks_.running() >= settings().entering_max) {
        metrics_.add(logs::Metric::ConnectThrottle);
        return;
    }
    tasks_.start(let_in(*this, std::move(connection), door));
}

void LoopGateway::adopt_from(std::unique_ptr<Arrival> arrival) {
    if (loop_.is_current()) return adopt(std::move(arrival));
    loop_.post([this, arrival = std::move(arrival)]() mutable { adopt(std::move(arrival)); });
}

void LoopGateway::adopt(std::unique_ptr<Arrival> arrival) {
    if (stopping_) return;  // the socket closes
    auto connection = std::make_unique<DeviceConnection>(*this, std::move(*arrival));
    DeviceConnection& device = *connection;
    device.place_ = static_cast<std::uint32_t>(connections_.size());
    connections_.push_back(std::move(connection));
    gauges_.add(device.facts().door, device.facts().version);
    reviews_.add(device);
    device.start();
}

void LoopGateway::review(std::shared_ptr<const registry::AffectedClients> affected) {
    loop_.post([this, affected = std::move(affected)] {
        if (!stopping_) reviews_.review(*affected);
    });
}

void LoopGateway::review_signed(const AccountId& account) {
    loop_.post([this, account] {
        if (!stopping_) reviews_.review_signed(account);
    });
}

void LoopGateway::tell_presence(const Tenant& tenant) {
    loop_.post([this, tenant] { tell_presence_of(connections_.size(), tenant); });
}

// From the end: what takes the place of one that went meanwhile was told already, and those that
// come tell of themselves.
void LoopGateway::tell_presence_of(std::size_t count, const Tenant& tenant) {
    constexpr std::size_t told_a_turn = 500;
    count = std::min(count, connections_.size());
    for (std::size_t told = 0; told < told_a_turn && count > 0; ++told) {
        const DeviceConnection& device = *connections_[--count];
        if (device.facts().tenant() == tenant) device.tell_presence();
    }
    if (count == 0 || stopping_) return;
    loop_.post([this, count, tenant] { tell_presence_of(count, tenant); });
}

void LoopGateway::retire(DeviceConnection& connection) {
    if (connection.place_ == DeviceConnection::no_place) return;  // already
    gauges_.remove(connection.facts().door, connection.facts().version);
    std::unique_ptr<DeviceConnection>& place = connections_[connection.place_];
    connections_.back()->place_ = connection.place_;
    connection.place_ = DeviceConnection::no_place;
    std::swap(place, connections_.back());
    retired_.push_back(std::move(connections_.back()));
    connections_.pop_back();
    loop_.request_turn_end(*this);
}

void LoopGateway::on_turn_end() {
    retired_.clear();
}

void LoopGateway::stop() {
    stopping_ = true;
    std::vector<DeviceConnection*> open;
    open.reserve(connections_.size());
    for (const auto& connection : connections_) open.push_back(connection.get());
    for (DeviceConnection* const device : open) device->shut_down();
    for (Entering* const entering : entering_) entering->stop(Entering::Stop::Politely);
}

async::Task<void> LoopGateway::drain(Deadline deadline) {
    if (co_await tasks_.join(deadline)) co_return;
    for (Entering* const entering : entering_) entering->stop(Entering::Stop::AtOnce);
    co_await tasks_.join(Deadline::never());
}

}  // namespace gatehouse::gateway
