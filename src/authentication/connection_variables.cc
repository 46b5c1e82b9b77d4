#include "authentication/connection_variables.h"

#include <utility>

#include "policy/connection_variables.h"

namespace gatehouse::authentication {
namespace {

std::optional<bool> is_secure(const net::PeerFacts& peer) {
    if (peer.is_tls || peer.tls_before == net::TlsBefore::Yes) return true;
    if (peer.tls_before == net::TlsBefore::Unknown) return std::nullopt;
    return false;
}

}  // namespace

policy::Variables connection_variables(const Credentials& credentials, PrincipalFacts principal,
                                       const Clock& clock) {
    policy::ConnectionFacts facts;
    if (credentials.mqtt) facts.client_id = credentials.mqtt->client_id;
    facts.source_ip = credentials.peer.remote.host();
    facts.domain_name = credentials.peer.server_name;
    facts.secure_transport = is_secure(credentials.peer);
    facts.thing = std::move(principal.thing);
    facts.no_thing_because = std::move(principal.no_thing_because);
    facts.certificate = std::move(principal.certificate);
    policy::Variables variables = policy::connection_variables(facts);
    variables.set_clock(clock);
    return variables;
}

policy::Variables connection_variables(const Credentials& credentials, AuthenticationType type,
                                       const Clock& clock) {
    PrincipalFacts nobody;
    nobody.no_thing_because = type == AuthenticationType::CustomAuth
                                  ? "a custom authorizer's principal has no things attached"
                              : type == AuthenticationType::SigV4
                                  ? "users and roles have no things attached"
                                  : "an anonymous client has no things attached";
    return connection_variables(credentials, std::move(nobody), clock);
}

}  // namespace gatehouse::authentication
