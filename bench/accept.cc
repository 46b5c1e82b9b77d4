// The least that a TLS server can do to let a client in: accept, shake hands, answer CONNECT with
// CONNACK unread, wait for the end, close. OpenSSL on blocking sockets, a thread a door. What such
// a connect must cost is measured against this.
//
//   bench_accept CERTIFICATE KEY CLIENT_CA    prints {"mqtts": PORT, "mtls": PORT}
//
// The second door asks for a client certificate and verifies that it is of that authority.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <thread>

namespace {

constexpr std::array<unsigned char, 4> connack{0x20, 0x02, 0x00, 0x00};
constexpr unsigned char connect_packet = 0x10;

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
        std::array<unsigned char, 4096> bytes;
        while (SSL_read(ssl, bytes.data(), bytes.size()) > 0) {
            if (bytes[0] == connect_packet) SSL_write(ssl, connack.data(), connack.size());
        }
    }
    SSL_free(ssl);
    close(connection);
}

SSL_CTX* make_context(const char* certificate, const char* key) {
    SSL_CTX* const context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_num_tickets(context, 0);
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    // The cheapest first, whatever the client prefers.
    SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_ciphersuites(context,
                             "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:"
                             "TLS_CHACHA20_POLY1305_SHA256");
    if (SSL_CTX_use_certificate_chain_file(context, certificate) == 1 &&
        SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) == 1) {
        return context;
    }
    return nullptr;
}

// Accepts on a thread of its own, for ever. Returns the port; 0: there is none.
std::uint16_t open_door(SSL_CTX* context) {
    std::uint16_t port = 0;
    const int listener = listen_on_loopback(port);
    if (listener < 0) return 0;
    std::thread([listener, context] {
        while (true) {
            const int connection = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
            if (connection >= 0) serve(context, connection);
        }
    }).detach();
    return port;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::fputs("usage: bench_accept CERTIFICATE KEY CLIENT_CA\n", stderr);
        return 2;
    }
    SSL_CTX* const one_sided = make_context(argv[1], argv[2]);
    SSL_CTX* const mutual = make_context(argv[1], argv[2]);
    if (one_sided == nullptr || mutual == nullptr ||
        SSL_CTX_load_verify_locations(mutual, argv[3], nullptr) != 1) {
        std::fputs("bench_accept: certificate, key or authority cannot be used\n", stderr);
        return 1;
    }
    SSL_CTX_set_verify(mutual, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    const std::uint16_t mqtts = open_door(one_sided);
    const std::uint16_t mtls = open_door(mutual);
    if (mqtts == 0 || mtls == 0) {
        std::perror("bench_accept");
        return 1;
    }
    std::printf("{\"mqtts\": %d, \"mtls\": %d}\n", mqtts, mtls);
    std::fflush(stdout);
    pause();
}
