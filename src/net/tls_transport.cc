#include "net/tls_transport.h"

#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace gatehouse::net {
namespace {

constexpr std::size_t record_bytes = 16 * 1024;  // RFC 8446, 5.1: the most one record carries

// What a client did, or could not do. Null where OpenSSL's own reason says enough.
const char* explain_client(int reason) {
    switch (reason) {
        case SSL_R_HTTP_REQUEST:
        case SSL_R_HTTPS_PROXY_REQUEST: return "the client spoke plain HTTP on a TLS port";
        case SSL_R_WRONG_VERSION_NUMBER:
        case SSL_R_UNKNOWN_PROTOCOL:
            return "the client did not speak TLS on a TLS port (plain MQTT?)";
        case SSL_R_UNSUPPORTED_PROTOCOL:
        case SSL_R_VERSION_TOO_LOW: return "the client speaks no TLS version that is allowed here";
        case SSL_R_NO_SHARED_CIPHER: return "client and server share no cipher suite";
        case SSL_R_NO_APPLICATION_PROTOCOL:
            return "the client offered no ALPN protocol that is spoken on this port";
        case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
            return "the client does not trust the server's certificate (give it root-CA.crt)";
        case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
        case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
            return "the client refused the server's certificate (unknown CA or another host "
                   "name?)";
        default: return nullptr;
    }
}

// The same of a server.
const char* explain_server(int reason) {
    switch (reason) {
        case SSL_R_WRONG_VERSION_NUMBER:
        case SSL_R_UNKNOWN_PROTOCOL: return "the server does not speak TLS on this port";
        case SSL_R_UNSUPPORTED_PROTOCOL:
        case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
            return "the server speaks no TLS version that is allowed here";
        case SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL:
            return "the server does not speak the ALPN protocol that was offered";
        case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
            return "the server wants a certificate of the client";
        default: return nullptr;
    }
}

// In words that tell what the peer did, where OpenSSL's own reason does not.
std::string explain_error(const SSL* ssl) {
    const unsigned long error = ERR_peek_last_error();
    ERR_clear_error();
    if (error == 0) return "";
    if (ERR_GET_LIB(error) == ERR_LIB_SSL) {
        const int code = ERR_GET_REASON(error);
        const char* const words = SSL_is_server(ssl) ? explain_client(code) : explain_server(code);
        if (words != nullptr) return words;
    }
    const char* const reason = ERR_reason_error_string(error);
    return reason != nullptr ? reason : "TLS error";
}

}  // namespace

TlsTransport::TlsTransport(int descriptor, ssl_st* ssl) : descriptor_(descriptor), ssl_(ssl) {
    SSL_set_fd(ssl_, descriptor_);
}

TlsTransport::~TlsTransport() {
    SSL_free(ssl_);
    close(descriptor_);
}

IoOutcome TlsTransport::outcome_of(int result) {
    const int system_error = errno;
    switch (SSL_get_error(ssl_, result)) {
        case SSL_ERROR_WANT_READ: return {IoOutcome::Status::WaitRead};
        case SSL_ERROR_WANT_WRITE: return {IoOutcome::Status::WaitWrite};
        case SSL_ERROR_ZERO_RETURN: return {IoOutcome::Status::Closed};
        default: break;
    }
    broken_ = true;
    if (ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
        ERR_clear_error();
        error_ = "the peer closed the connection";
        end_ = IoOutcome::Status::Closed;
        return {end_};
    }
    error_ = explain_error(ssl_);
    if (error_.empty()) {
        error_ = system_error != 0 ? std::strerror(system_error) : "the connection ended";
    }
    end_ = IoOutcome::Status::Failed;
    return {end_};
}

IoOutcome TlsTransport::shake_hands() {
    errno = 0;
    const int result = SSL_do_handshake(ssl_);
    if (result == 1) {
        // One read call fetches as many records as have come. Only now: during the handshake
        // it would fetch bytes that belong to whoever takes the socket over on failure.
        // The kernel hands records over one by one.
        if (!BIO_get_ktls_recv(SSL_get_rbio(ssl_))) SSL_set_read_ahead(ssl_, 1);
        awaits_first_bytes_ = SSL_is_server(ssl_) == 1;
        return {IoOutcome::Status::Done, 1};
    }
    return outcome_of(result);
}

// A client that does not set TCP_NODELAY keeps its first bytes back until the end of its handshake
// is acknowledged. Nothing that is sent carries that (TLS 1.3 ends with the client's message, and
// there are no session tickets), and alone it would come 40 ms later.
void TlsTransport::acknowledge_now() {
    if (!std::exchange(awaits_first_bytes_, false)) return;
    const int on = 1;
    setsockopt(descriptor_, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}

IoOutcome TlsTransport::read(std::span<std::uint8_t> into) {
    // OpenSSL says once why.
    if (broken_) [[unlikely]]
        return {end_};
    std::size_t total = 0;
    while (total < into.size()) {
        std::size_t count = 0;
        errno = 0;
        const int result = SSL_read_ex(ssl_, into.data() + total, into.size() - total, &count);
        if (result != 1) {
            if (total > 0 && SSL_get_error(ssl_, result) == SSL_ERROR_WANT_READ) break;
            const IoOutcome outcome = outcome_of(result);
            if (total > 0) {
                return {.bytes = total,
                        .is_last = outcome.status == IoOutcome::Status::Closed ||
                                   outcome.status == IoOutcome::Status::Failed};
            }
            if (outcome.status == IoOutcome::Status::WaitRead) acknowledge_now();
            return outcome;
        }
        total += count;
        // Another system call only when the record layer holds something already.
        if (!SSL_has_pending(ssl_)) break;
    }
    return {.bytes = total, .has_more = total == into.size() && has_buffered_input()};
}

IoOutcome TlsTransport::write(std::span<const iovec> pieces) {
    std::array<std::uint8_t, record_bytes> gathered;
    std::size_t total = 0;
    std::size_t piece = 0;
    std::size_t offset = 0;
    while (piece < pieces.size()) {
        const auto* const base = static_cast<const std::uint8_t*>(pieces[piece].iov_base) + offset;
        const std::size_t left = pieces[piece].iov_len - offset;
        const std::uint8_t* from = base;
        std::size_t size = left;
        std::size_t next_piece = piece + 1;
        if (left < record_bytes && next_piece < pieces.size()) {
            // Small pieces share a record.
            std::memcpy(gathered.data(), base, left);
            for (; next_piece < pieces.size(); ++next_piece) {
                const iovec& more = pieces[next_piece];
                if (size + more.iov_len > record_bytes) break;
                std::memcpy(gathered.data() + size, more.iov_base, more.iov_len);
                size += more.iov_len;
            }
            from = gathered.data();
        }
        if (size == 0) {
            piece = next_piece;
            offset = 0;
            continue;
        }
        std::size_t count = 0;
        errno = 0;
        const int result = SSL_write_ex(ssl_, from, size, &count);
        if (result != 1) {
            const IoOutcome outcome = outcome_of(result);
            return total > 0 ? IoOutcome{IoOutcome::Status::Done, total} : outcome;
        }
        total += count;
        if (count < size) break;
        piece = next_piece;
        offset = 0;
    }
    return {IoOutcome::Status::Done, total};
}

void TlsTransport::shut_down() {
    // After a fatal error OpenSSL allows no further call on the connection.
    if (!broken_ && SSL_is_init_finished(ssl_)) SSL_shutdown(ssl_);
    ERR_clear_error();
    shutdown(descriptor_, SHUT_WR);
}

bool TlsTransport::owes_goodbye() const {
    return (SSL_get_shutdown(ssl_) & SSL_RECEIVED_SHUTDOWN) == 0;
}

bool TlsTransport::has_buffered_input() const {
    return SSL_has_pending(ssl_) == 1;
}

}  // namespace gatehouse::net
