// The policy variables of a connection, each with its value or why it has none.
//
// Source: AWS IoT Core Developer Guide, "AWS IoT Core policy variables".
#pragma once

#include "authentication/credentials.h"
#include "policy/variables.h"

namespace gatehouse::authentication {

// For connections that were authenticated without a certificate and without a thing. The clock must
// outlive what is compiled with them.
policy::Variables connection_variables(const Credentials& credentials, AuthenticationType type,
                                       const Clock& clock);

}  // namespace gatehouse::authentication
