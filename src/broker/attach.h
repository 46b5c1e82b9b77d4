// What a connection brings when it takes hold of a session, and what it asks of it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/named.h"
#include "base/tenant.h"
#include "broker/delivery_guard.h"
#include "broker/outbound.h"
#include "broker/publication.h"
#include "mqtt/protocol.h"
#include "mqtt/subscribe.h"

namespace gatehouse::broker {

using ClientId = Named<std::string, struct ClientIdTag>;

enum class CleanStart : std::uint8_t { No, Yes };
enum class SessionPresent : std::uint8_t { No, Yes };
enum class Observe : std::uint8_t { No, Yes };
enum class WillFate : std::uint8_t {
    Publish,  // everything but a client's goodbye, see WillDiscard
    Discard,
};

// The message a client leaves to be published if its connection ends without its DISCONNECT.
struct Will {
    std::string topic;
    Bytes payload;
    Bytes properties;  // as Publication::properties
    mqtt::Qos qos = mqtt::Qos::AtMostOnce;
    Retain retain = Retain::No;
    std::uint32_t expiry_seconds = never_expires;  // counts from the moment it is published
    std::uint32_t expiry_at = 0;                   // as Publication::expiry_at
    std::uint32_t delay_seconds = 0;               // MQTT 5 Will Delay Interval
    std::string author;                            // AttachRequest::principal of its client
    // By the policies that the client had last while it was connected.
    Permission last_permission = Permission::Allowed;
    std::unique_ptr<WillPermit> permit;  // none: last_permission says it
};

// Session expiry of a session that never ends by itself.
inline constexpr std::uint32_t session_never_expires = 0xFFFF'FFFF;

struct AttachRequest {
    Tenant tenant;
    ClientId client_id;     // never empty: an assigned one if the client sent none
    std::string principal;  // who comes; a session may be resumed by somebody else
    mqtt::ProtocolVersion version = mqtt::ProtocolVersion::V3_1_1;
    CleanStart clean_start = CleanStart::Yes;
    // How long the session outlives the connection. 3.1.1: clean session 1 is clean start with 0;
    // clean session 0 is the profile's session_expiry_seconds_311. Already held to the bounds.
    std::uint32_t session_expiry_seconds = 0;
    // How many QoS > 0 messages may be unacknowledged: the smaller of the profile's
    // in_flight_outbound_max and the client's Receive Maximum. 1..65535.
    std::uint16_t receive_maximum = 100;
    std::uint32_t packet_bytes_max = mqtt::packet_size_max;  // the client's Maximum Packet Size
    std::uint16_t topic_alias_maximum = 0;                   // aliases it may be sent; MQTT 5
    std::unique_ptr<Will> will;                              // none: no will
    // Both must outlive the lease. guard may be null: everything may be received.
    Outbound* outbound = nullptr;
    DeliveryGuard* guard = nullptr;
};

// How a subscription wants its messages (MQTT 5 section 3.8.3.1).
enum class NoLocal : std::uint8_t { No, Yes };
enum class RetainAsPublished : std::uint8_t { No, Yes };

struct SubscriptionOptions {
    mqtt::Qos qos = mqtt::Qos::AtMostOnce;  // already lowered to what the profile grants
    NoLocal no_local = NoLocal::No;
    RetainAsPublished retain_as_published = RetainAsPublished::No;
    mqtt::RetainHandling retain_handling = mqtt::RetainHandling::Send;
    std::uint32_t identifier = 0;  // MQTT 5 Subscription Identifier; 0: none
};

}  // namespace gatehouse::broker
