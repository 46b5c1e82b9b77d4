#include "authentication/connection_variables.h"

namespace gatehouse::authentication {

policy::Variables connection_variables(const Credentials& credentials, AuthenticationType type) {
    policy::Variables variables;
    if (credentials.mqtt) {
        variables.set("iot:ClientId", credentials.mqtt->client_id);
    } else {
        variables.set_absent("iot:ClientId", "an HTTP request has no client id");
    }
    variables.set("aws:SourceIp", credentials.peer.remote.host());
    if (credentials.peer.server_name.empty()) {
        variables.set_absent("iot:DomainName", "the client sent no server name (SNI)");
    } else {
        variables.set("iot:DomainName", credentials.peer.server_name);
    }
    const std::string how = type == AuthenticationType::CustomAuth
                                ? "the connection was authenticated by a custom authorizer"
                                : "the connection is anonymous";
    variables.set_family_absent("iot:Certificate", how + ", not by a certificate");
    variables.set_family_absent("iot:Connection.Thing",
                                how + ", so no thing is attached to its principal");
    variables.set_family_absent("iot:Thing", how + ", so no thing is attached to its principal");
    return variables;
}

}  // namespace gatehouse::authentication
