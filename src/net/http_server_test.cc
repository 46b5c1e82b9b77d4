#include "net/http_server.h"

#include <fmt/format.h>

#include "net/http_client.h"
#include "net/loop_fixture.h"

namespace gatehouse::net {
namespace {

class Echo final : public Routes {
public:
    async::Task<HttpResponse> handle(HttpRequest request, const PeerFacts&, Deadline) override {
        requests.push_back(request);
        HttpResponse response;
        response.headers.set("X-Query", request.query);
        response.headers.set("X-Forged", "a\r\nSet-Cookie: b");
        response.body = request.method + " " + request.path + " " + request.body;
        co_return response;
    }
    HttpResponse refuse_request(unsigned status, std::string sentence) const override {
        return refuses_in_json ? HttpResponse{.status = status, .body = "{\"" + sentence + "\"}"}
                               : Routes::refuse_request(status, std::move(sentence));
    }
    std::vector<HttpRequest> requests;
    bool refuses_in_json = false;
};

class HttpServerTest : public LoopFixture {
protected:
    // Sends the bytes, closes the sending side, and returns all that came back.
    std::string converse(std::string sent) {
        auto [client, server] = make_pair();
        std::string received;
        const auto serve = [&](std::unique_ptr<Stream> stream) -> async::Task<void> {
            co_await serve_http(*stream, "", routes, settings);
        };
        const auto talk = [&]() -> async::Task<void> {
            co_await client->write_all(bytes_of(sent), soon());
            client->transport().shut_down();
            std::array<std::uint8_t, 4096> buffer;
            while (true) {
                const auto count = co_await client->read_some(buffer, soon());
                if (!count || *count == 0) co_return;
                received += text_of(std::span(buffer).first(*count));
            }
        };
        tasks.start(serve(std::move(server)));
        tasks.start(talk());
        finish();
        return received;
    }

    Echo routes;
    HttpServerSettings settings;
};

TEST_F(HttpServerTest, ServesPipelinedRequestsInOrderAndKeepsThePathEncoded) {
    const std::string answer = converse(
        "GET /things/a%2Fb?x=1 HTTP/1.1\r\nHost: h\r\n\r\n"
        "POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody"
        "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
    EXPECT_NE(answer.find("X-Query: x=1"), std::string::npos);
    const auto first = answer.find("GET /things/a%2Fb ");
    const auto second = answer.find("POST /p body");
    const auto third = answer.find("POST /c abc");
    ASSERT_NE(third, std::string::npos) << answer;
    EXPECT_LT(first, second);
    EXPECT_LT(second, third);
    EXPECT_EQ(answer.find("Set-Cookie"), std::string::npos) << "a header value forged a field";
}

TEST_F(HttpServerTest, Http10ClosesUnlessAskedToStay) {
    const std::string answer = converse("GET / HTTP/1.0\r\n\r\nGET /again HTTP/1.0\r\n\r\n");
    EXPECT_NE(answer.find("Connection: close"), std::string::npos);
    EXPECT_EQ(routes.requests.size(), 1u);
}

TEST_F(HttpServerTest, AsksForTheBodyThatWaitsForAskance) {
    const std::string answer =
        converse("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 100 Continue\r\n\r\n")) << answer;
}

TEST_F(HttpServerTest, RefusesWhatItDoesNotServe) {
    settings.body_bytes_max = 10;
    settings.header_bytes_max = 1024;
    const std::pair<std::string, int> cases[] = {
        {"NONSENSE\r\n\r\n", 400},
        {"GET / HTTP/2.0\r\n\r\n", 505},
        {"GET / HTTP/1.1\r\nHost: h\r\nA: " + std::string(2000, 'a') + "\r\n\r\n", 431},
        {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n", 413},
        {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
         "0\r\n\r\n",
         400},
        {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc", 400},
        {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\nGET / HTTP/1.1\r\n\r\n",
         400},
        {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: h\r\nHost: i\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\n\r\n", 400},
        {"POST topics/a?qos=1 HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"GET ?a=/ HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: h\r\nAuthorization: a\r\nauthorization: b\r\n\r\n", 400},
    };
    for (const auto& [request, status] : cases) {
        const std::string answer = converse(request);
        EXPECT_TRUE(answer.starts_with(fmt::format("HTTP/1.1 {} ", status)))
            << request << " → " << answer;
    }
    EXPECT_TRUE(routes.requests.empty());
}

TEST_F(HttpServerTest, RefusesInTheFormOfTheServiceAndCloses) {
    const std::string request = "GET / HTTP/2.0\r\n\r\n";
    EXPECT_NE(converse(request).find("Content-Type: text/plain"), std::string::npos);
    routes.refuses_in_json = true;
    const std::string answer = converse(request);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 505 ")) << answer;
    EXPECT_NE(answer.find("\r\n\r\n{\""), std::string::npos) << answer;
    EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos) << answer;
    EXPECT_EQ(answer.find("text/plain"), std::string::npos) << answer;
}

// Closing with unread input would reset the connection, which may take the answer from the client.
TEST_F(HttpServerTest, ReadsOnAfterARefusalUntilTheClientHasIt) {
    auto [client, server] = make_pair();
    std::string received;
    std::optional<std::size_t> at_end;
    const auto serve = [&](std::unique_ptr<Stream> stream) -> async::Task<void> {
        co_await serve_http(*stream, "", routes, settings);
    };
    const auto talk = [&](std::unique_ptr<Stream> stream) -> async::Task<void> {
        const std::string sent = "NONSENSE\r\n\r\n" + std::string(100'000, 'a');
        co_await stream->write_all(bytes_of(sent), soon());
        std::array<std::uint8_t, 4096> buffer;
        while (true) {
            const auto count = co_await stream->read_some(buffer, soon());
            if (!count) co_return;
            at_end = *count;
            if (*count == 0) co_return;
            received += text_of(std::span(buffer).first(*count));
        }
    };
    tasks.start(serve(std::move(server)));
    tasks.start(talk(std::move(client)));
    finish();
    EXPECT_TRUE(received.starts_with("HTTP/1.1 400 ")) << received;
    EXPECT_EQ(at_end, 0u) << "an orderly end";
}

TEST_F(HttpServerTest, AHalfSentHeaderRunsIntoItsDeadline) {
    settings.header_wait = std::chrono::milliseconds(20);
    auto [client, server] = make_pair();
    std::string received;
    const auto serve = [&](std::unique_ptr<Stream> stream) -> async::Task<void> {
        co_await serve_http(*stream, "GET / HT", routes, settings);
    };
    const auto listen = [&]() -> async::Task<void> {
        std::array<std::uint8_t, 4096> buffer;
        const auto count = co_await client->read_some(buffer, soon());
        received = text_of(std::span(buffer).first(count.value_or(0)));
    };
    tasks.start(serve(std::move(server)));
    tasks.start(listen());
    finish();
    EXPECT_TRUE(received.starts_with("HTTP/1.1 408 ")) << received;
}

TEST_F(HttpServerTest, BoundsTheBodiesInFlight) {
    std::atomic<std::size_t> in_flight = 90;
    settings.body_bytes_in_flight = &in_flight;
    settings.body_bytes_in_flight_max = 100;
    const auto is_taken = [&](std::size_t announced, std::size_t sent) {
        return !converse(fmt::format("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: {}\r\n\r\n{}",
                                     announced, std::string(sent, 'x')))
                    .starts_with("HTTP/1.1 429 ");
    };
    constexpr std::size_t uncounted = HttpServerSettings::body_bytes_uncounted;
    EXPECT_FALSE(is_taken(uncounted + 11, uncounted + 11));
    EXPECT_TRUE(is_taken(uncounted + 10, uncounted + 10));
    EXPECT_TRUE(is_taken(1'000'000, uncounted)) << "what is announced counts for nothing";
    EXPECT_EQ(in_flight, 90u);
}

TEST_F(HttpServerTest, TheClientReadsWhatTheServerSays) {
    auto [client, server] = make_pair();
    const auto serve = [&](std::unique_ptr<Stream> stream) -> async::Task<void> {
        co_await serve_http(*stream, "", routes, settings);
    };
    const auto talk = [&](std::unique_ptr<Stream> stream) -> async::Task<void> {
        for (const char* path : {"/one", "/two"}) {
            HttpRequest request{.method = "PUT", .target = path, .body = "hello"};
            request.headers.set("Host", "h");
            const auto response = co_await exchange_http(*stream, std::move(request), 1000, soon());
            EXPECT_TRUE(response);
            EXPECT_EQ(response->status, 200u);
            EXPECT_EQ(response->body, std::string("PUT ") + path + " hello");
        }
    };
    tasks.start(serve(std::move(server)));
    tasks.start(talk(std::move(client)));
    finish();
}

}  // namespace
}  // namespace gatehouse::net
