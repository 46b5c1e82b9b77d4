// A certificate chain and its private key, read once for all contexts that show them.
//
// Threads: immutable; copies share what was read.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"

struct evp_pkey_st;
struct ssl_ctx_st;
struct x509_st;

namespace gatehouse::net {

class TlsIdentity {
public:
    // Of PEM text, the server's own certificate first. InvalidInput.
    static Result<TlsIdentity> read(std::string_view chain_pem, std::string_view key_pem);
    // Without a certificate, for what is set before there is one; no context can show it.
    TlsIdentity() = default;

    // InvalidInput: the key is of another certificate, or OpenSSL would not show it.
    Result<void> show_in(ssl_ctx_st* context) const;

private:
    std::vector<std::shared_ptr<x509_st>> chain_;
    std::shared_ptr<evp_pkey_st> key_;
};

}  // namespace gatehouse::net
