// What the gateway is made of and given; each must outlive it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "async/snapshot.h"
#include "authentication/authenticator.h"
#include "authentication/device_keys.h"
#include "base/clock.h"
#include "base/profile.h"
#include "base/random.h"
#include "base/tenant.h"
#include "broker/broker.h"
#include "gateway/domain.h"
#include "gateway/presence_listener.h"
#include "logs/event_sink.h"
#include "logs/level.h"
#include "logs/metrics.h"
#include "logs/trace.h"
#include "net/http_server.h"

namespace gatehouse::gateway {

// Which tenant a connection belongs to.
struct TenantAnswer {
    // Never null; with a problem: whose log tells of it.
    std::shared_ptr<const Tenant> tenant;
    std::string problem;  // why the connection is refused; empty: it is not
    std::string_view reason = "ACCOUNT_NOT_FOUND";  // of the problem, as in Connection.AuthNError
    // The name is one by which devices call this server, not made up, an address or missing.
    bool is_endpoint = false;
    // With a problem: where a client with a certificate, or one that signs, is looked for all the
    // same. May be null.
    std::shared_ptr<const Tenant> for_certificates;
};
// By the host name that was asked for (SNI; may be empty). From any loop.
using TenantOf = std::function<TenantAnswer(std::string_view server_name)>;
// Whether a client's request has a signature of its tenant's keys, as far as it says.
enum class ProvesItself : std::uint8_t { Otherwise, BySignature };

struct GatewaySettings {
    Profile profile;
    std::chrono::milliseconds handshake_wait = std::chrono::seconds(10);
    std::chrono::milliseconds connect_wait = std::chrono::seconds(10);
    std::chrono::milliseconds authenticate_wait = std::chrono::seconds(6);  // all of it
    // How long an ended connection is read from, so that its last packet is not lost to a reset.
    std::chrono::milliseconds linger_wait = std::chrono::seconds(1);
    // Connections of one loop that have not finished CONNECT; over it new ones are closed.
    std::size_t entering_max = 20'000;
    // Bytes of CONNECTs of one loop that are not whole, of each what is over
    // ConnectBytes::uncounted.
    std::size_t connect_bytes_max = 32 * 1024 * 1024;
    // Bytes of packets that are not whole, of those that are in, on all loops together; of each
    // what is over PartialInputs::uncounted. And how long a packet may take while others wait for
    // room.
    std::size_t partial_input_bytes_max = 256 * 1024 * 1024;
    std::chrono::milliseconds partial_input_wait = std::chrono::seconds(10);
    // Bytes waiting for a client that does not read; over it messages wait in its session.
    std::size_t output_bytes_max = 1024 * 1024;
    net::HttpServerSettings http;
};

struct GatewayParts {
    const Clock& clock;
    Random& random;
    broker::Broker& broker;
    authentication::Authenticator& authenticator;
    logs::EventSink& events;
    const logs::LevelResolver& levels;
    logs::TraceStore& traces;
    logs::Metrics& metrics;
    TenantOf tenant_of;
    const async::Snapshot<Domains>& domains;
    PresenceListener* presence = nullptr;  // null: nobody wants to know
    // Null: none is asked.
    authentication::DeviceKeys* device_keys = nullptr;
};

// Whose a connection is: its domain's, if there is one, else by the host name that was asked for
// and whether a certificate or a signature was shown.
TenantAnswer tenant_for(const GatewayParts& parts, const DomainPtr& domain,
                        std::string_view server_name, const net::PeerFacts& peer, ProvesItself how);
// Why it is refused for the name that it came by, with the domain of tenant_for(); none: it is not.
std::optional<authentication::Refusal> refusal_of(const TenantAnswer& answer,
                                                  const DomainPtr& domain, const Use& use);

}  // namespace gatehouse::gateway
