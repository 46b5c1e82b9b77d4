// AWS IoT Core's lifecycle events: what happens to connections and subscriptions, as messages on
// `$aws/events/presence/...` and `$aws/events/subscriptions/...`. Where nobody listens nothing is
// made.
//
// Source: AWS IoT Developer Guide, "Lifecycle events". Client ids that hold `#` or `+` get none,
// nor do those with which the topic would be longer than MQTT's may be.
//
// Threads: one loop; one a shard. Lifetimes: must die before the broker.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/pinned.h"
#include "base/tenant.h"
#include "broker/shard.h"

namespace gatehouse::broker {

// Who a connection is. The views are read during the call only.
struct ConnectionFacts {
    Tenant tenant;
    std::string_view client_id;
    std::string_view thing_name;          // empty: no exclusive thing, the field is left out
    std::string_view session_identifier;  // a UUID of the connection
    std::string_view principal_identifier;
    std::string_view ip_address;
    std::uint64_t version_number = 0;  // grows with each connection of the client id
};

class LifecycleEvents : Pinned {
public:
    LifecycleEvents(Shard& shard, const Clock& clock) : shard_(shard), clock_(clock) {}

    void connected(const ConnectionFacts& facts);
    // `reason` is a disconnectReason of the guide ("CONNECTION_LOST"); the client asked for it
    // if it is CLIENT_INITIATED_DISCONNECT.
    void disconnected(const ConnectionFacts& facts, std::string_view reason);
    // connectFailureReason is always AUTHORIZATION_FAILED.
    void connect_failed(const ConnectionFacts& facts);
    void subscribed(const ConnectionFacts& facts, std::span<const std::string_view> filters);
    void unsubscribed(const ConnectionFacts& facts, std::span<const std::string_view> filters);

private:
    class Event;
    // The event's topic; empty: nobody listens.
    std::string wanted_topic(const ConnectionFacts& facts, std::string_view family,
                             std::string_view type);
    void publish(const ConnectionFacts& facts, const std::string& topic, const Event& event);

    Shard& shard_;
    const Clock& clock_;
};

}  // namespace gatehouse::broker
