// TLS for the server side: certificates by server name, protocol choice, client certificates
// where asked for. OpenSSL works on the non-blocking socket itself; buffers are released when
// idle; no session tickets, no renegotiation, no compression.
//
// Threads: immutable after make(); shared by all loops.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "async/task.h"
#include "base/bytes.h"
#include "base/deadline.h"
#include "base/result.h"
#include "net/security_policy.h"
#include "net/stream.h"
#include "net/tls_identity.h"

struct ssl_ctx_st;

namespace gatehouse::net {

// When a client certificate is requested (never required here: what it means is decided later).
enum class ClientCertificate : std::uint8_t { NotRequested, Requested };

struct TlsSettings {
    TlsIdentity identity;
    // In order of preference; empty: ALPN is ignored. A client that offers only others goes on
    // without a protocol, unless alpn_required.
    std::vector<std::string> application_protocols;
    ClientCertificate client_certificate = ClientCertificate::NotRequested;
    SecurityPolicy policy = SecurityPolicy::Tls13_1_2_2022_10;
    // The kernel encrypts where it can (kTLS), OpenSSL where it cannot.
    bool by_kernel = false;
    // Request a client certificate only when one of these protocols was agreed on.
    std::vector<std::string> client_certificate_protocols;
    // The same where the server name (SNI) has this in it (lower case); empty: no name does.
    std::string client_certificate_names;
    // The OCSP response of the certificate, in DER, to staple (RFC 6066 section 8). Asked by
    // handshakes whose client wants one, on any loop; null: there is none now. Empty: never.
    std::function<std::shared_ptr<const Bytes>()> staple;
    // Whether PeerFacts keep the certificates that clients send behind their own.
    bool keeps_client_chain = false;
};

class TlsContext {
public:
    static Result<std::shared_ptr<const TlsContext>> make(const TlsSettings& settings);
    ~TlsContext();
    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;

    ssl_ctx_st* native() const { return context_; }
    const TlsSettings& settings() const { return settings_; }

private:
    explicit TlsContext(TlsSettings settings) : settings_(std::move(settings)) {}
    TlsSettings settings_;
    ssl_ctx_st* context_ = nullptr;
};

// Which context a handshake goes on with, by the host name that the client asks for (SNI; empty:
// none). Null: with the one that it began with. Asked before anything is agreed on, so that the
// versions, ciphers and protocols of the chosen one count. On the loop of the handshake.
using ContextByName = std::function<std::shared_ptr<const TlsContext>(std::string_view)>;

// Performs the server handshake on an accepted socket (takes ownership of the descriptor) and
// yields the encrypted stream with its facts filled in. Errors name what the client did wrong
// (no shared cipher, old protocol version, plain MQTT or HTTP on a TLS port). Cancelled: it left
// without a single byte.
async::Task<Result<std::unique_ptr<Stream>>> accept_tls(async::EventLoop& loop, int descriptor,
                                                        PeerFacts facts,
                                                        std::shared_ptr<const TlsContext> context,
                                                        Deadline deadline,
                                                        ContextByName by_name = {});

}  // namespace gatehouse::net
