#include "authentication/connection_variables.h"

#include "policy/connection_variables.h"

namespace gatehouse::authentication {

policy::Variables connection_variables(const Credentials& credentials, AuthenticationType type) {
    policy::ConnectionFacts facts;
    if (credentials.mqtt) facts.client_id = credentials.mqtt->client_id;
    facts.source_ip = credentials.peer.remote.host();
    facts.domain_name = credentials.peer.server_name;
    facts.no_thing_because = type == AuthenticationType::CustomAuth
                                 ? "a custom authorizer's principal has no things attached"
                                 : "an anonymous client has no things attached";
    return policy::connection_variables(facts);
}

}  // namespace gatehouse::authentication
