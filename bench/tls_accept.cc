// The least that a TLS server can do: accept, shake hands, wait for the end, close. One thread,
// OpenSSL on blocking sockets. What a handshake must cost is measured against this.
//
//   bench_tls_accept CERTIFICATE KEY      prints {"mqtts": PORT, "pid": PID}
#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>

namespace {

int listen_on_loopback(std::uint16_t& port) {
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const raw = reinterpret_cast<sockaddr*>(&address);
    if (bind(listener, raw, size) != 0 || listen(listener, 1024) != 0) return -1;
    getsockname(listener, raw, &size);
    port = ntohs(address.sin_port);
    return listener;
}

void serve(SSL_CTX* context, int connection) {
    SSL* const ssl = SSL_new(context);
    SSL_set_fd(ssl, connection);
    if (SSL_accept(ssl) == 1) {
        char byte;
        while (SSL_read(ssl, &byte, 1) > 0) {
        }
    }
    SSL_free(ssl);
    close(connection);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fputs("usage: bench_tls_accept CERTIFICATE KEY\n", stderr);
        return 2;
    }
    SSL_CTX* const context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_num_tickets(context, 0);
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    if (SSL_CTX_use_certificate_chain_file(context, argv[1]) != 1 ||
        SSL_CTX_use_PrivateKey_file(context, argv[2], SSL_FILETYPE_PEM) != 1) {
        std::fputs("bench_tls_accept: certificate or key cannot be used\n", stderr);
        return 1;
    }
    std::uint16_t port = 0;
    const int listener = listen_on_loopback(port);
    if (listener < 0) {
        std::perror("bench_tls_accept");
        return 1;
    }
    std::printf("{\"mqtts\": %d, \"pid\": %d}\n", port, getpid());
    std::fflush(stdout);
    while (true) {
        const int connection = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (connection >= 0) serve(context, connection);
    }
}
