// The distribution's botocore, unchanged, against the API over a real socket.

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "api/iot/iot_fixture.h"
#include "api/logs/logs_service.h"
#include "net/http_server.h"
#include "net/listener.h"
#include "net/stream.h"

namespace gatehouse::api {
namespace {

struct BotocoreTest : IotFixture {
    BotocoreTest() {
        // botocore signs with the machine's time.
        clock.advance(std::chrono::duration_cast<std::chrono::milliseconds>(
            SystemClock().wall_now() - clock.wall_now()));
        std::string name = testing::TempDir() + "botocore_XXXXXX";
        log_settings.folder = ::mkdtemp(name.data());
        log = ::gatehouse::logs::LogStore::open(log_settings, clock).value();
        queries = std::make_unique<logs::QueryBoard>(logs::LogAccess{*log, workers});
    }
    ~BotocoreTest() override {
        queries.reset();
        log.reset();
        std::filesystem::remove_all(log_settings.folder);
    }

    async::Task<void> serve_connection(net::AcceptedSocket socket) {
        net::Stream stream(loop, net::make_plain_transport(socket.descriptor),
                           {.local = socket.local, .remote = socket.remote});
        co_await net::serve_http(stream, "", *api, http);
    }
    void listen() {
        auto opened = net::Listener::open(
            loop, *net::Address::parse("127.0.0.1", 0), limits,
            [this](net::AcceptedSocket socket) {
                tasks.start(serve_connection(std::move(socket)));
            },
            [](std::size_t, const Error& why) { ADD_FAILURE() << why.message; });
        ASSERT_TRUE(opened) << opened.error().message;
        listener = std::move(*opened);
    }

    void SetUp() override {}

    ::gatehouse::logs::StoreSettings log_settings;
    std::unique_ptr<::gatehouse::logs::LogStore> log;
    std::unique_ptr<logs::QueryBoard> queries;
    net::ConnectionLimits limits{{}};
    net::HttpServerSettings http;
    std::unique_ptr<net::Listener> listener;
};

TEST_F(BotocoreTest, GetsWhatItExpects) {
    std::vector<Service> services;
    services.push_back(service());
    services.push_back(make_logs_service({*log, workers, *queries}));
    serve(std::move(services));
    listen();

    const std::string command = "/usr/bin/python3 " GATEHOUSE_SOURCE_DIR
                                "/src/api/botocore_client.py http://" +
                                listener->address().text() + " 2>&1";
    std::string output;
    int status = -1;
    std::atomic<bool> done = false;
    std::thread client([&] {
        std::FILE* pipe = popen(command.c_str(), "r");
        std::array<char, 4096> buffer;
        for (std::size_t n = 0; (n = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
            output.append(buffer.data(), n);
        }
        status = pclose(pipe);
        done = true;
        loop.notify();
    });
    while (!done || tasks.running() > 0) loop.run_once(std::chrono::milliseconds(20));
    client.join();
    EXPECT_EQ(status, 0) << output;
}

}  // namespace
}  // namespace gatehouse::api
