#include "gateway/door_terms.h"

#include <utility>

namespace gatehouse::gateway {
namespace {

// MQTT over WebSocket has SigV4 and custom authorizers in the guide's table, and nothing else.
constexpr const char* no_certificate_over_websocket =
    "AWS IoT takes no client certificate over WebSocket: connect by MQTT over TLS, to the MQTTS "
    "port or to the HTTPS port with ALPN 'x-amzn-mqtt-ca'";

}  // namespace

void note_door(authentication::Credentials& credentials, const Door& door, const AskedName& name,
               Carrier carrier, DoorRules rules) {
    const net::PeerFacts& peer = credentials.peer;
    credentials.names_endpoint = name.is_endpoint && !peer.server_name.empty();
    // What the domain configuration says itself counts instead of the door's table.
    if (credentials.domain != nullptr && credentials.domain->decides_authentication()) return;
    if (auto problem = custom_authentication_problem(door, peer, name, rules)) {
        credentials.custom_authentication_problem =
            std::make_unique<const std::string>(std::move(*problem));
    }
    if (carrier == Carrier::WebSocket && rules == DoorRules::AsAws) {
        credentials.certificate_problem =
            std::make_unique<const std::string>(no_certificate_over_websocket);
    }
}

}  // namespace gatehouse::gateway
