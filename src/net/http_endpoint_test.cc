#include "net/http_endpoint.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <deque>

#include "net/http_client.h"
#include "net/http_server.h"
#include "net/listener.h"
#include "net/loop_fixture.h"
#include "net/test_identity.h"
#include "net/tls_context.h"

namespace gatehouse::net {
namespace {

using testing::HasSubstr;

class HttpEndpointTest : public LoopFixture, public Routes {
protected:
    async::Task<HttpResponse> handle(HttpRequest request, const PeerFacts&, Deadline) override {
        requests.push_back(std::move(request));
        HttpResponse response{.status = status};
        response.body = answer;
        response.close = closes;
        co_return response;
    }

    // With an identity, https. What each connection says instead of HTTP stands in `raw`.
    void listen(const TestIdentity* identity = nullptr) {
        if (identity != nullptr) {
            tls = TlsContext::make(
                      {.identity = TlsIdentity::read(identity->certificate, identity->key).value()})
                      .value();
        }
        listener = Listener::open(
                       loop, Address::parse("127.0.0.1", 0).value(), limits,
                       [this](AcceptedSocket socket) {
                           ++connections;
                           if (raw) return speak(socket.descriptor);
                           tasks.start(serve(socket.descriptor));
                       },
                       [](std::size_t, const Error&) {})
                       .value();
        settings.url =
            HttpUrl::parse(fmt::format("http{}://127.0.0.1:{}/ask?x=1",
                                       identity == nullptr ? "" : "s", listener->address().port()))
                .value();
    }
    void speak(int descriptor) {
        EXPECT_EQ(::send(descriptor, raw->data(), raw->size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(raw->size()));
        if (silent) {
            held.push_back(descriptor);
        } else {
            ::shutdown(descriptor, SHUT_WR);
            held.push_back(descriptor);
        }
    }
    async::Task<void> serve(int descriptor) {
        if (tls) {
            auto stream = co_await accept_tls(loop, descriptor, {}, tls, soon());
            if (stream) co_await serve_http(**stream, "", *this, http);
            co_return;
        }
        Stream stream(loop, make_plain_transport(descriptor), PeerFacts());
        served.push_back(&stream);
        co_await serve_http(stream, "", *this, http);
        std::erase(served, &stream);
    }

    std::shared_ptr<HttpEndpoint> endpoint() {
        if (!made) made = std::make_shared<HttpEndpoint>(loop, lookups, settings);
        return made;
    }
    // "200 kept BODY", or the kind of the error and its sentence.
    std::string ask(HttpQuestion question = {},
                    std::chrono::milliseconds wait = std::chrono::seconds(5)) {
        std::string told = "no answer";
        bool is_done = false;
        tasks.start([](auto& self, auto question, auto wait, auto& told,
                       auto& is_done) -> async::Task<void> {
            const auto held = self.endpoint();
            auto answer =
                co_await held->ask(std::move(question), Deadline::after(self.clock, wait));
            told = answer ? fmt::format("{}{} {}", answer->response.status,
                                        answer->was_kept ? " kept" : "", answer->response.body)
                          : fmt::format("{}: {}", name_of(answer.error().kind),
                                        answer.error().message);
            is_done = true;
        }(*this, std::move(question), wait, told, is_done));
        const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (!is_done && std::chrono::steady_clock::now() < give_up) {
            loop.run_once(std::chrono::milliseconds(20));
        }
        return told;
    }
    void TearDown() override {
        if (made) made->close();
        for (Stream* const stream : served) stream->cancel();
        for (const int descriptor : held) ::close(descriptor);
        finish();
    }

    ConnectionLimits limits{{}};
    HttpServerSettings http;
    std::shared_ptr<const TlsContext> tls;
    std::unique_ptr<Listener> listener;
    NameLookups lookups{loop};
    HttpEndpointSettings settings;
    std::shared_ptr<HttpEndpoint> made;
    std::vector<HttpRequest> requests;
    std::vector<Stream*> served;
    std::vector<int> held;
    std::optional<std::string> raw;
    bool silent = false;
    unsigned status = 200;
    std::string answer = "yes";
    bool closes = false;
    int connections = 0;
};

TEST_F(HttpEndpointTest, KeepsItsConnection) {
    listen();
    settings.headers.add("Authorization", "Bearer secret");
    HttpQuestion question{.body = R"({"a":1})"};
    question.headers.add("Content-Type", "application/json");
    EXPECT_EQ(ask(std::move(question)), "200 yes");
    EXPECT_EQ(ask(), "200 kept yes");
    EXPECT_EQ(connections, 1);
    ASSERT_EQ(requests.size(), 2u);
    EXPECT_EQ(requests[0].method, "POST");
    EXPECT_EQ(requests[0].target, "/ask?x=1");
    EXPECT_EQ(requests[0].body, R"({"a":1})");
    EXPECT_EQ(requests[0].headers.find("content-type"), "application/json");
    EXPECT_EQ(requests[1].headers.find("authorization"), "Bearer secret");
    EXPECT_EQ(requests[1].headers.find("host"), settings.url.authority());
}

TEST_F(HttpEndpointTest, AsksForAnotherTarget) {
    listen();
    EXPECT_EQ(ask({.target = "/other?y=2"}), "200 yes");
    EXPECT_EQ(ask(), "200 kept yes");
    ASSERT_EQ(requests.size(), 2u);
    EXPECT_EQ(requests[0].target, "/other?y=2");
    EXPECT_EQ(requests[1].target, "/ask?x=1");
}

TEST_F(HttpEndpointTest, GoesNoFurtherThanItsReach) {
    listen();
    settings.reach = std::make_shared<const Reach>(std::vector<AddressRange>());
    EXPECT_EQ(ask(),
              "not-allowed: 127.0.0.1 leads to 127.0.0.1, where requests do not go from here "
              "without TLS");
    EXPECT_EQ(connections, 0);
    made.reset();
    settings.reach = std::make_shared<const Reach>(
        std::vector<AddressRange>{AddressRange::parse("127.0.0.0/8").value()});
    EXPECT_EQ(ask(), "200 yes");
}

TEST_F(HttpEndpointTest, ForgetsConnectionsThatTheServerClosed) {
    listen();
    EXPECT_EQ(ask(), "200 yes");
    for (Stream* const stream : served) stream->cancel();
    while (!served.empty()) loop.run_once(std::chrono::milliseconds(20));
    EXPECT_EQ(ask(), "200 yes");
    closes = true;
    EXPECT_EQ(ask(), "200 kept yes");
    EXPECT_EQ(ask(), "200 yes");
    EXPECT_EQ(connections, 3);
}

TEST_F(HttpEndpointTest, FollowsNoRedirect) {
    listen();
    status = 302;
    EXPECT_EQ(ask(), "302 yes");
    EXPECT_EQ(requests.size(), 1u);
}

TEST_F(HttpEndpointTest, BoundsTheAnswer) {
    settings.answer_bytes_max = 1000;
    listen();
    answer.assign(1001, 'x');
    EXPECT_THAT(ask(), HasSubstr("did not answer in HTTP: body limit exceeded"));
    answer.assign(1000, 'x');
    EXPECT_THAT(ask(), HasSubstr("200 xxx"));
}

TEST_F(HttpEndpointTest, SurvivesJunk) {
    for (const char* junk :
         {"", "junk\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
          "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
        raw = junk;
        listen();
        made.reset();
        EXPECT_THAT(ask(), HasSubstr("unavailable: ")) << junk;
    }
}

TEST_F(HttpEndpointTest, KeepsNoConnectionOnWhichMoreCame) {
    constexpr const char* yes = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes";
    raw = fmt::format("HTTP/1.1 103 Early Hints\r\n\r\n{}{}", yes, yes);
    silent = true;
    listen();
    EXPECT_EQ(ask(), "200 yes");
    EXPECT_EQ(ask(), "200 yes");
    EXPECT_EQ(connections, 2);
}

TEST_F(HttpEndpointTest, WaitsNoLongerThanItMay) {
    raw = "HTTP/1.1 200 OK\r\n";
    silent = true;
    listen();
    EXPECT_THAT(ask({}, std::chrono::milliseconds(150)), HasSubstr("timeout: "));
}

TEST_F(HttpEndpointTest, IsClosedInTheMiddle) {
    raw = "HTTP/1.1 200 OK\r\n";
    silent = true;
    listen();
    std::string told;
    tasks.start([](auto& self, auto& told) -> async::Task<void> {
        const auto held = self.endpoint();
        auto answer = co_await held->ask({}, self.soon());
        told = answer ? "answered" : name_of(answer.error().kind);
    }(*this, told));
    while (connections == 0) loop.run_once(std::chrono::milliseconds(20));
    made->close();
    finish();
    EXPECT_EQ(told, "cancelled");
    EXPECT_THAT(ask(), HasSubstr("cancelled: "));
}

TEST_F(HttpEndpointTest, NobodyIsThere) {
    listen();
    listener.reset();
    EXPECT_THAT(ask(), HasSubstr("unavailable: cannot connect to 127.0.0.1"));
    made.reset();
    settings.url.host = "nobody.invalid";
    EXPECT_THAT(ask(), HasSubstr("unavailable: no address for nobody.invalid"));
}

TEST_F(HttpEndpointTest, LooksNamesUp) {
    listen();
    settings.url.host = "localhost";
    EXPECT_EQ(ask(), "200 yes");
    EXPECT_EQ(ask(), "200 kept yes");
}

TEST_F(HttpEndpointTest, PlainHttpStaysOnThisMachineUnlessAsked) {
    settings.url = HttpUrl::parse("http://192.0.2.1/").value();
    EXPECT_THAT(ask(), HasSubstr("unauthorized: 192.0.2.1:80 is not this machine"));
}

TEST_F(HttpEndpointTest, ProvesWhoTheServerIs) {
    const TestIdentity identity = make_identity("IP:127.0.0.1");
    listen(&identity);
    settings.trust = TlsTrust::of(identity.certificate).value();
    EXPECT_EQ(ask(), "200 yes");
    EXPECT_EQ(ask(), "200 kept yes");
    made->close();
    made.reset();
    settings.trust = TlsTrust::of(make_identity().certificate).value();
    EXPECT_THAT(ask(), HasSubstr("unauthorized: the server's certificate does not prove"));
    made.reset();
    settings.trust = TlsTrust::of_system().value();
    EXPECT_THAT(ask(), HasSubstr("unauthorized: the server's certificate does not prove"));
}

}  // namespace
}  // namespace gatehouse::net
