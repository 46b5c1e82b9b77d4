#include "net/tls_context.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <utility>

#include "async/wake.h"
#include "base/host_name.h"
#include "net/openssl_error.h"
#include "net/tls_transport.h"

namespace gatehouse::net {
namespace {

// Of TLS 1.2, best first.
constexpr std::string_view forward_secret_ciphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA256:"
    "ECDHE-ECDSA-AES256-SHA384:ECDHE-RSA-AES256-SHA384:"
    "ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA:ECDHE-RSA-AES256-SHA";
// Of TLS 1.3, best first: as for TLS 1.2, and what costs both sides least.
constexpr const char* tls13_ciphers =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
constexpr std::string_view rsa_exchange_ciphers =
    "AES128-GCM-SHA256:AES256-GCM-SHA384:AES128-SHA256:AES256-SHA256:AES128-SHA:AES256-SHA";
// Of one policy, on the ports where clients show certificates (8883 and 8443 of AWS).
constexpr std::string_view rsa_exchange_ciphers_with_certificates =
    "AES128-GCM-SHA256:AES256-GCM-SHA384:AES256-SHA256:AES128-SHA:AES256-SHA";

struct Policy {
    int version_min = TLS1_2_VERSION;
    int version_max = TLS1_3_VERSION;
    std::string tls12_ciphers{forward_secret_ciphers};
};

Policy policy_of(const TlsSettings& settings) {
    Policy policy;
    switch (settings.policy) {
        case SecurityPolicy::Tls13_1_3_2022_10: policy.version_min = TLS1_3_VERSION; break;
        case SecurityPolicy::Tls13_1_2_2022_10: break;
        case SecurityPolicy::Tls12_1_2_2022_10:
            policy.version_max = TLS1_2_VERSION;
            policy.tls12_ciphers += fmt::format(":{}", rsa_exchange_ciphers);
            break;
        case SecurityPolicy::Tls12_1_0_2016_01:
            policy.version_max = TLS1_2_VERSION;
            policy.tls12_ciphers +=
                fmt::format(":{}", settings.client_certificate == ClientCertificate::Requested
                                       ? rsa_exchange_ciphers_with_certificates
                                       : rsa_exchange_ciphers);
            break;
        case SecurityPolicy::Tls12_1_0_2015_01:
            policy.version_max = TLS1_2_VERSION;
            policy.tls12_ciphers += fmt::format(":DHE-RSA-AES256-SHA:{}", rsa_exchange_ciphers);
            break;
    }
    return policy;
}

// Handshake steps cost about half a millisecond; more of them in one turn would hold up traffic.
constexpr std::uint64_t handshake_steps_per_turn = 4;

bool is_listed(const std::vector<std::string>& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

// Our preference decides. A client that offers only unknown protocols goes on without one: it
// may still be one that the listener serves by its first bytes.
int choose_protocol(SSL* ssl, const unsigned char** chosen, unsigned char* chosen_length,
                    const unsigned char* offered, unsigned int offered_length, void* argument) {
    const auto& context = *static_cast<const TlsContext*>(argument);
    for (const std::string& protocol : context.settings().application_protocols) {
        for (unsigned int at = 0; at < offered_length; at += 1u + offered[at]) {
            const std::string_view name(reinterpret_cast<const char*>(offered) + at + 1,
                                        offered[at]);
            if (name != protocol) continue;
            if (is_listed(context.settings().client_certificate_protocols, name)) {
                SSL_set_verify(ssl, SSL_VERIFY_PEER, nullptr);
            }
            *chosen = offered + at + 1;
            *chosen_length = offered[at];
            return SSL_TLSEXT_ERR_OK;
        }
    }
    return SSL_TLSEXT_ERR_NOACK;
}

// What a client certificate means is decided after the handshake, where the refusal can be
// explained; TLS itself proves that the client holds its key.
int accept_any_certificate(X509_STORE_CTX*, void*) {
    return 1;
}

// Without one the handshake goes on. `argument`: the context that it goes on with.
int staple_response(SSL* ssl, void* argument) {
    const auto response = static_cast<const TlsContext*>(argument)->settings().staple();
    void* const copy =
        response == nullptr ? nullptr : OPENSSL_memdup(response->data(), response->size());
    if (copy == nullptr) return SSL_TLSEXT_ERR_NOACK;
    // Which takes it.
    SSL_set_tlsext_status_ocsp_resp(ssl, copy, static_cast<long>(response->size()));
    return SSL_TLSEXT_ERR_OK;
}

// RFC 6066 section 3: the extension as the client sent it. Empty where there is none, or another.
std::string_view server_name_in_hello(SSL* ssl) {
    const unsigned char* extension = nullptr;
    std::size_t size = 0;
    if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &extension, &size) != 1) return {};
    constexpr std::size_t header = 5;  // the list's length, the name's type and length
    if (size < header || extension[2] != TLSEXT_NAMETYPE_host_name) return {};
    const std::size_t length = extension[3] * std::size_t{256} + extension[4];
    if (length > size - header) return {};
    return {reinterpret_cast<const char*>(extension) + header, length};
}

bool means_certificate(const TlsSettings& settings, std::string_view server_name) {
    const std::string& part = settings.client_certificate_names;
    if (part.empty()) return false;
    return is_canonical_host_name(server_name) ? server_name.contains(part)
                                               : canonical_host_name(server_name).contains(part);
}

// What a handshake on its way chooses by, and what it chose, which it needs until its end.
struct NamedChoice {
    ContextByName by_name;
    std::shared_ptr<const TlsContext> chosen;
};

// What OpenSSL takes from a context when a connection is made has to be taken again.
void go_on_with(SSL* ssl, const TlsContext& context) {
    const Policy policy = policy_of(context.settings());
    SSL_set_SSL_CTX(ssl, context.native());
    SSL_set_min_proto_version(ssl, policy.version_min);
    SSL_set_max_proto_version(ssl, policy.version_max);
    SSL_set_verify(ssl, SSL_CTX_get_verify_mode(context.native()), nullptr);
}

// `argument`: the context that the handshake began with. Whose name it is, is found out later:
// nobody is refused here.
int look_at_hello(SSL* ssl, int*, void* argument) {
    const std::string_view name = server_name_in_hello(ssl);
    const auto* context = static_cast<const TlsContext*>(argument);
    auto* const choice = static_cast<NamedChoice*>(SSL_get_app_data(ssl));
    if (auto chosen = choice == nullptr ? nullptr : choice->by_name(name)) {
        go_on_with(ssl, *chosen);
        context = chosen.get();
        choice->chosen = std::move(chosen);
    }
    if (means_certificate(context->settings(), name)) SSL_set_verify(ssl, SSL_VERIFY_PEER, nullptr);
    return SSL_CLIENT_HELLO_SUCCESS;
}

// Resolves in a later turn of the loop.
async::Task<void> next_turn(async::EventLoop& loop) {
    async::Wake wake(loop);
    loop.post([&wake] { wake.notify(); });
    co_await wake.wait(Deadline::never());
}

// How many handshake steps this thread's loop has made in its current turn.
struct HandshakeBudget {
    std::uint64_t turn = 0;
    std::uint64_t used = 0;

    bool take(std::uint64_t current_turn) {
        if (turn != current_turn) *this = {current_turn, 0};
        return ++used <= handshake_steps_per_turn;
    }
};
thread_local HandshakeBudget handshake_budget;

Bytes der_of(X509* certificate) {
    unsigned char* der = nullptr;
    const int size = i2d_X509(certificate, &der);
    Bytes bytes;
    if (size > 0) bytes.assign(der, der + size);
    OPENSSL_free(der);
    return bytes;
}

// A server's view of the chain begins behind the client's own certificate.
std::shared_ptr<const std::vector<Bytes>> chain_of(SSL* ssl) {
    const STACK_OF(X509)* const chain = SSL_get_peer_cert_chain(ssl);
    const int count = chain == nullptr ? 0 : sk_X509_num(chain);
    if (count <= 0) return nullptr;
    auto all = std::make_shared<std::vector<Bytes>>();
    for (int i = 0; i < count; ++i) all->push_back(der_of(sk_X509_value(chain, i)));
    return all;
}

void fill_in(PeerFacts& facts, SSL* ssl, const TlsSettings& settings) {
    facts.is_tls = true;
    facts.tls_version = SSL_get_version(ssl);
    facts.is_tls_by_kernel = BIO_get_ktls_send(SSL_get_wbio(ssl)) != 0;
    if (const char* const name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name)) {
        facts.server_name = name;
    }
    const unsigned char* protocol = nullptr;
    unsigned int length = 0;
    SSL_get0_alpn_selected(ssl, &protocol, &length);
    facts.application_protocol.assign(reinterpret_cast<const char*>(protocol), length);
    if (X509* const certificate = SSL_get0_peer_certificate(ssl)) {
        facts.client_certificate = der_of(certificate);
        if (settings.keeps_client_chain) facts.client_chain = chain_of(ssl);
    }
}

}  // namespace

Result<std::shared_ptr<const TlsContext>> TlsContext::make(const TlsSettings& settings) {
    const std::shared_ptr<TlsContext> made(new TlsContext(settings));
    made->context_ = SSL_CTX_new(TLS_server_method());
    if (made->context_ == nullptr) return fail(ErrorKind::Internal, openssl_error());
    SSL_CTX* const context = made->context_;
    const Policy policy = policy_of(settings);
    SSL_CTX_set_min_proto_version(context, policy.version_min);
    SSL_CTX_set_max_proto_version(context, policy.version_max);
    SSL_CTX_set_dh_auto(context, 1);  // for the one policy that has DHE
    if (settings.by_kernel) SSL_CTX_set_options(context, SSL_OP_ENABLE_KTLS);
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION |
                                     SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(context, 0);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    if (SSL_CTX_set_cipher_list(context, policy.tls12_ciphers.c_str()) != 1 ||
        SSL_CTX_set_ciphersuites(context, tls13_ciphers) != 1) {
        return fail(ErrorKind::Internal, openssl_error());
    }
    if (auto shown = settings.identity.show_in(context); !shown) {
        return fail(std::move(shown.error()));
    }
    if (settings.client_certificate == ClientCertificate::Requested) {
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    }
    SSL_CTX_set_cert_verify_callback(context, accept_any_certificate, nullptr);
    SSL_CTX_set_client_hello_cb(context, look_at_hello, made.get());
    if (settings.staple) {
        SSL_CTX_set_tlsext_status_cb(context, staple_response);
        SSL_CTX_set_tlsext_status_arg(context, made.get());
    }
    if (!settings.application_protocols.empty()) {
        SSL_CTX_set_alpn_select_cb(context, choose_protocol, made.get());
    }
    return made;
}

TlsContext::~TlsContext() {
    SSL_CTX_free(context_);
}

async::Task<Result<std::unique_ptr<Stream>>> accept_tls(async::EventLoop& loop, int descriptor,
                                                        PeerFacts facts,
                                                        std::shared_ptr<const TlsContext> context,
                                                        Deadline deadline, ContextByName by_name) {
    NamedChoice choice{.by_name = std::move(by_name), .chosen = nullptr};
    SSL* const ssl = SSL_new(context->native());
    SSL_set_accept_state(ssl);
    if (choice.by_name) SSL_set_app_data(ssl, &choice);
    auto owned = std::make_unique<TlsTransport>(descriptor, ssl);
    TlsTransport& transport = *owned;
    auto stream = std::make_unique<Stream>(loop, std::move(owned), facts);
    while (true) {
        while (!handshake_budget.take(loop.counters().turns)) co_await next_turn(loop);
        const IoOutcome step = transport.shake_hands();
        if (step.status == IoOutcome::Status::Done) break;
        if (step.status == IoOutcome::Status::Closed || step.status == IoOutcome::Status::Failed) {
            const bool said_nothing = BIO_number_read(SSL_get_rbio(ssl)) == 0;
            co_return fail(said_nothing ? ErrorKind::Cancelled : ErrorKind::Unavailable,
                           "TLS handshake failed: " + transport.error_text());
        }
        if (!co_await stream->wait_for(step.status, deadline)) {
            co_return fail(ErrorKind::Timeout,
                           "TLS handshake failed: the client did not finish it in time");
        }
    }
    SSL_set_app_data(ssl, nullptr);
    fill_in(facts, ssl, (choice.chosen ? *choice.chosen : *context).settings());
    stream->learn(std::move(facts));
    co_return stream;
}

}  // namespace gatehouse::net
