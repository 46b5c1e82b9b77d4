// The policy variables of a connection, each with its value or why it has none.
//
// Source: AWS IoT Core Developer Guide, "AWS IoT Core policy variables".
#pragma once

#include <optional>
#include <string>

#include "authentication/credentials.h"
#include "policy/connection_variables.h"
#include "policy/variables.h"

namespace gatehouse::authentication {

// For connections that were authenticated without a certificate and without a thing. The clock must
// outlive what is compiled with them.
policy::Variables connection_variables(const Credentials& credentials, AuthenticationType type,
                                       const Clock& clock);

// What the registry knows of who connects.
struct PrincipalFacts {
    std::optional<policy::ThingFacts> thing;
    std::string no_thing_because;  // for people, if there is none
    std::optional<policy::CertificateFacts> certificate;
};
policy::Variables connection_variables(const Credentials& credentials, PrincipalFacts principal,
                                       const Clock& clock);

}  // namespace gatehouse::authentication
