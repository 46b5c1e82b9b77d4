// What a domain configuration's function is asked about a client's certificate, and what it
// answers. Pure.
//
// Source: AWS IoT Core Developer Guide, "Custom client certificate validation".
#pragma once

#include <string>
#include <string_view>

#include "authentication/credentials.h"
#include "base/result.h"

namespace gatehouse::authentication {

// Compact JSON, of credentials with a certificate and a domain. `clientCertificateChain` is what
// the client sent, in PEM, its own certificate first; `serverName` the domain's name where the
// client sent none.
std::string make_certificate_event(const Credentials& credentials);

// Whether the certificate is let in: `isAuthenticated`. InvalidInput: the answer does not say so.
Result<bool> read_certificate_answer(std::string_view payload);

}  // namespace gatehouse::authentication
