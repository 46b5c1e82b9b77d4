// The broker: takes messages from publishers and gives them to the sessions subscribed to them.
// It knows nothing of sockets (see Outbound, LoopPort) and permissions (see DeliveryGuard).
//
// One Shard a loop does the work; the Broker holds what they share. Sessions live on the loop
// that home_of() names, for life.
//
// Promises:
//   - Order: messages of one publisher on one topic with one QoS reach each session in the order
//     of publishing. Different QoS may overtake each other.
//   - QoS 1: what publish() took is delivered to every session subscribed at that time, within
//     the bounds of its queue; over them the newest is dropped, counted and told to the observer.
//   - Nothing is added to a client's output for a filter after unsubscribe() returned, except
//     QoS 1 messages that were queued for it before.
//
// Threads: home_of() and counters() from any. Construction before, destruction after the loops
// run. Everything else through Shard, on its loop.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/histogram.h"
#include "base/pinned.h"
#include "base/tenant.h"
#include "broker/attach.h"
#include "broker/broker_settings.h"
#include "broker/loop_port.h"
#include "broker/persistence.h"
#include "broker/publish_listener.h"
#include "broker/retained_store.h"
#include "broker/session_observer.h"
#include "broker/shard.h"

namespace gatehouse::broker {

class Broker : Pinned {
public:
    static constexpr std::size_t loops_max = 64;

    // One shard for each port. The ports, and listener and observer (either may be null), must
    // outlive the broker. Requires: 1 to loops_max ports.
    Broker(BrokerSettings settings, std::span<LoopPort* const> ports,
           PublishListener* listener = nullptr, SessionObserver* observer = nullptr,
           Persistence persistence = {});
    ~Broker();

    // Reads back what was kept before a restart: sessions, subscriptions, queued and retained
    // messages, wills. Sessions whose time is over end as soon as the loops run. Before the loops
    // run, and before anything attaches. Requires: a store. Corrupt: what is on disk does not fit
    // together.
    Result<void> restore();

    // The index of the loop on which this client's session lives.
    std::size_t home_of(const Tenant& tenant, std::string_view client_id) const;
    std::size_t loop_count() const { return shards_.size(); }
    Shard& shard(std::size_t loop) { return *shards_[loop]; }
    const Shard& shard(std::size_t loop) const { return *shards_[loop]; }
    // Of any thread.
    const RetainedStore& retained(const Tenant& tenant) const;
    // Of all tenants.
    RetainedSize retained() const;
    // Of transactions that keep messages; all zero where nothing is kept.
    Histogram::Reading commit_times() const;
    // How long messages waited in the queues of connected sessions before they were sent.
    Histogram::Reading queue_times() const;
    bool is_disk_failing() const;
    // The listener is done with a message that it had pledged on this loop (Publisher::loop(); any,
    // where it was restored). From any thread, while the loops run.
    void release_pledge(std::size_t loop, std::uint64_t number);

private:
    storage::MessageStore* const store_;
    std::unique_ptr<SharedState> shared_;
    std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace gatehouse::broker
