#include "net/tls_client.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <cerrno>
#include <cstring>

#include "net/await_ready.h"
#include "net/http_client.h"
#include "net/openssl_handle.h"
#include "net/tls_transport.h"

namespace gatehouse::net {
namespace {

using Session = std::unique_ptr<SSL, Freed<SSL_free>>;

Result<void> trust_authorities(SSL_CTX* context, const std::string& pem) {
    const std::unique_ptr<BIO, Freed<BIO_free>> text(
        BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    X509_STORE* const store = SSL_CTX_get_cert_store(context);
    std::size_t count = 0;
    while (X509* const read = PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr)) {
        const std::unique_ptr<X509, Freed<X509_free>> authority(read);
        if (X509_STORE_add_cert(store, authority.get()) == 1) ++count;
    }
    ERR_clear_error();  // the end of the text reads as an error
    if (count > 0) return {};
    return fail(ErrorKind::InvalidInput, "the CA file holds no certificate that can be read");
}

Result<Session> make_session(const ServerTrust& trust) {
    Session session(SSL_new(trust.authorities->context()));  // keeps the context alive
    if (!session) return fail(ErrorKind::Internal, "OpenSSL gives no session");
    X509_VERIFY_PARAM* const wanted = SSL_get0_param(session.get());
    if (X509_VERIFY_PARAM_set1_ip_asc(wanted, trust.host.c_str()) != 1) {
        ERR_clear_error();
        SSL_set1_host(session.get(), trust.host.c_str());
        SSL_set_tlsext_host_name(session.get(), trust.host.c_str());
    }
    SSL_set_connect_state(session.get());
    return session;
}

Error handshake_error(const TlsTransport& transport, const ServerTrust& trust) {
    const long verdict = SSL_get_verify_result(transport.native());
    if (verdict == X509_V_OK) {
        return {ErrorKind::Unavailable, "TLS handshake failed: " + transport.error_text(), {}};
    }
    return {ErrorKind::Unauthorized,
            fmt::format("the server's certificate does not prove that it is {}: {}", trust.host,
                        X509_verify_cert_error_string(verdict)),
            {}};
}

}  // namespace

void TlsTrust::FreeContext::operator()(ssl_ctx_st* context) const {
    SSL_CTX_free(context);
}

Result<std::shared_ptr<TlsTrust>> TlsTrust::make() {
    auto made = std::make_shared<TlsTrust>();
    made->context_.reset(SSL_CTX_new(TLS_client_method()));
    SSL_CTX* const context = made->context_.get();
    if (context == nullptr) return fail(ErrorKind::Internal, "OpenSSL gives no client context");
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    return made;
}

Result<std::shared_ptr<const TlsTrust>> TlsTrust::of(const std::string& authorities_pem) {
    auto made = make();
    if (!made) return fail(std::move(made.error()));
    if (auto trusted = trust_authorities((*made)->context(), authorities_pem); !trusted) {
        return fail(std::move(trusted.error()));
    }
    return std::move(*made);
}

Result<std::shared_ptr<const TlsTrust>> TlsTrust::of_system() {
    auto made = make();
    if (!made) return fail(std::move(made.error()));
    if (SSL_CTX_set_default_verify_paths((*made)->context()) != 1) {
        ERR_clear_error();
        return fail(ErrorKind::NotFound, "the system's CA certificates cannot be read");
    }
    return std::move(*made);
}

async::Task<Result<std::unique_ptr<Stream>>> connect_tls(async::EventLoop& loop, Address address,
                                                         ServerTrust trust, Deadline deadline) {
    auto session = make_session(trust);
    if (!session) co_return fail(std::move(session.error()));
    auto plain = co_await connect_tcp(loop, address, deadline);
    if (!plain) co_return fail(std::move(plain.error()));
    PeerFacts facts = (*plain)->facts();
    // The plain transport closes its own descriptor when it goes.
    const int descriptor = fcntl((*plain)->transport().descriptor(), F_DUPFD_CLOEXEC, 0);
    if (descriptor < 0) {
        co_return fail(ErrorKind::Unavailable,
                       fmt::format("no descriptor is left: {}", std::strerror(errno)));
    }
    plain->reset();
    auto transport = std::make_unique<TlsTransport>(descriptor, session->release());
    while (true) {
        const IoOutcome step = transport->shake_hands();
        if (step.status == IoOutcome::Status::Done) break;
        if (step.status == IoOutcome::Status::Closed || step.status == IoOutcome::Status::Failed) {
            co_return fail(handshake_error(*transport, trust));
        }
        const std::uint32_t events =
            step.status == IoOutcome::Status::WaitRead ? EPOLLIN : EPOLLOUT;
        if (!co_await await_ready(loop, descriptor, events, deadline)) {
            co_return fail(ErrorKind::Timeout,
                           fmt::format("{} did not finish the TLS handshake", address.text()));
        }
    }
    facts.is_tls = true;
    facts.tls_version = SSL_get_version(transport->native());
    co_return std::make_unique<Stream>(loop, std::move(transport), std::move(facts));
}

}  // namespace gatehouse::net
