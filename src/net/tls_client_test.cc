#include "net/tls_client.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/http_client.h"
#include "net/http_server.h"
#include "net/listener.h"
#include "net/loop_fixture.h"
#include "net/test_identity.h"
#include "net/tls_context.h"

namespace gatehouse::net {
namespace {

class TlsEcho final : public Routes {
public:
    async::Task<HttpResponse> handle(HttpRequest request, const PeerFacts& peer,
                                     Deadline) override {
        HttpResponse response;
        response.body = (peer.is_tls ? "tls " : "plain ") + request.path + " " + request.body;
        response.close = true;
        co_return response;
    }
};

class TlsClientTest : public LoopFixture {
protected:
    void listen(const TestIdentity& identity) {
        tls = TlsContext::make(
                  {.identity = TlsIdentity::read(identity.certificate, identity.key).value()})
                  .value();
        listener = Listener::open(
                       loop, Address::parse("127.0.0.1", 0).value(), limits,
                       [this](AcceptedSocket socket) { tasks.start(serve(socket.descriptor)); },
                       [](std::size_t, const Error&) {})
                       .value();
    }
    async::Task<void> serve(int descriptor) {
        auto stream = co_await accept_tls(loop, descriptor, {}, tls, soon());
        if (stream) co_await serve_http(**stream, "", echo, http);
    }
    static async::Task<void> ask(TlsClientTest& self, ServerTrust trust) {
        auto stream = co_await connect_tls(self.loop, self.listener->address(), std::move(trust),
                                           self.soon());
        if (!stream) {
            self.error = stream.error();
            co_return;
        }
        HttpRequest request{.method = "POST", .target = "/x", .body = std::string(40'000, 'b')};
        request.headers.add("Host", "localhost");
        auto answer =
            co_await exchange_http(**stream, std::move(request), 1024 * 1024, self.soon());
        if (answer) self.body = answer->body;
    }
    void run(std::string host, const std::string& authorities_pem) {
        tasks.start(ask(*this, {std::move(host), TlsTrust::of(authorities_pem).value()}));
        finish();
    }

    ConnectionLimits limits{{}};
    TlsEcho echo;
    HttpServerSettings http;
    std::shared_ptr<const TlsContext> tls;
    std::unique_ptr<Listener> listener;
    std::optional<Error> error;
    std::string body;
};

TEST_F(TlsClientTest, TalksToAServerItTrusts) {
    const TestIdentity identity = make_identity("IP:127.0.0.1");
    listen(identity);
    run("127.0.0.1", identity.certificate);
    EXPECT_FALSE(error) << error->message;
    EXPECT_EQ(body, "tls /x " + std::string(40'000, 'b'));
}

TEST_F(TlsClientTest, RefusesAServerOfAnotherName) {
    const TestIdentity identity = make_identity("DNS:elsewhere.example");
    listen(identity);
    run("gate.example", identity.certificate);
    ASSERT_TRUE(error);
    EXPECT_EQ(error->kind, ErrorKind::Unauthorized);
    EXPECT_NE(error->message.find("gate.example"), std::string::npos) << error->message;
    EXPECT_TRUE(body.empty());
}

TEST_F(TlsClientTest, RefusesAServerOfAnotherAuthority) {
    listen(make_identity("IP:127.0.0.1"));
    run("127.0.0.1", make_identity().certificate);
    ASSERT_TRUE(error);
    EXPECT_EQ(error->kind, ErrorKind::Unauthorized);
}

TEST_F(TlsClientTest, SaysThatTheServerDoesNotSpeakTls) {
    listener = Listener::open(
                   loop, Address::parse("127.0.0.1", 0).value(), limits,
                   [](AcceptedSocket socket) {
                       const std::string_view plain = "HTTP/1.1 400 Bad Request\r\n\r\n";
                       EXPECT_EQ(send(socket.descriptor, plain.data(), plain.size(), MSG_NOSIGNAL),
                                 static_cast<ssize_t>(plain.size()));
                       close(socket.descriptor);
                   },
                   [](std::size_t, const Error&) {})
                   .value();
    run("127.0.0.1", make_identity().certificate);
    ASSERT_TRUE(error);
    EXPECT_EQ(error->message, "TLS handshake failed: the server does not speak TLS on this port");
}

TEST(TlsTrust, WantsAnAuthority) {
    const auto trust = TlsTrust::of("nothing");
    ASSERT_FALSE(trust);
    EXPECT_EQ(trust.error().kind, ErrorKind::InvalidInput);
}

}  // namespace
}  // namespace gatehouse::net
