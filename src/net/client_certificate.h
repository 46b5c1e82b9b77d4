// A certificate of our own that connections show to servers which ask who connects.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "net/tls_client.h"

namespace gatehouse::net {

// The trust, for connections that show this certificate (with those that lead to its authority
// behind it) and prove it by its private key, both in PEM. InvalidInput: they cannot be read, or do
// not belong together. Requires: nothing has connected by the trust, which nobody else has.
Result<std::shared_ptr<const TlsTrust>> with_client_certificate(
    std::shared_ptr<const TlsTrust> trust, const std::string& chain_pem,
    const std::string& key_pem);

}  // namespace gatehouse::net
