// TLS as the load generator's clients speak it: one context for all of them.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "base/result.h"
#include "net/openssl_handle.h"

namespace gatehouse::load {

using ClientContext = std::unique_ptr<SSL_CTX, net::Freed<SSL_CTX_free>>;

struct ClientTls {
    enum class Verify : bool { No, Yes };
    Verify verify = Verify::Yes;
    std::string ca_file;           // empty: the system's authorities
    std::string certificate_file;  // of the clients; empty: none. PEM, as is the key
    std::string key_file;
};

// Sessions are not resumed: each client shakes hands in full, as a device that was away does.
// InvalidInput names the file that cannot be used.
Result<ClientContext> make_client_context(const ClientTls& wish);

}  // namespace gatehouse::load
