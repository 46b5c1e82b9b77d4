// Client certificates for connects that have to show one nobody saw before.
//
// Threads: one at a time.
#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/pinned.h"
#include "base/result.h"
#include "net/openssl_handle.h"

namespace gatehouse::bench {

class ClientCertificates : Pinned {
public:
    // So many new ones, with keys of their own (P-256), by the authority in these PEM files.
    static Result<std::unique_ptr<ClientCertificates>> make(const std::string& authority_file,
                                                            const std::string& key_file,
                                                            std::size_t count);
    // Each handshake of this context that is asked for a certificate shows the next; when all have
    // been shown, it begins again. This object must outlive the context's handshakes.
    void use_in(SSL_CTX* context);

private:
    struct Pair {
        std::unique_ptr<X509, net::Freed<X509_free>> certificate;
        std::unique_ptr<EVP_PKEY, net::Freed<EVP_PKEY_free>> key;
    };
    static int show_next(SSL* ssl, void* certificates);

    std::vector<Pair> pairs_;
    std::size_t next_ = 0;
};

}  // namespace gatehouse::bench
