// What one read of a TLS stream tells of what is behind it.
#include "net/tls_transport.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <thread>

#include "net/loop_fixture.h"
#include "net/test_identity.h"
#include "net/tls_context.h"

namespace gatehouse::net {
namespace {

using Status = IoOutcome::Status;

class TlsTransportTest : public LoopFixture {
protected:
    using Client = std::function<void(SSL*)>;

    // Does to a server's stream what `client` did to its end already.
    void converse(const Client& client, std::function<void(Transport&)> server) {
        const TestIdentity identity = make_identity();
        TlsSettings settings;
        settings.identity = TlsIdentity::read(identity.certificate, identity.key).value();
        auto context = TlsContext::make(settings);
        ASSERT_TRUE(context) << context.error().message;
        std::array<int, 2> ends;
        ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
        ASSERT_EQ(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
        client_ = std::jthread([&client, descriptor = ends[0]] { run(descriptor, client); });
        tasks.start(serve(ends[1], *context, std::move(server)));
        finish();
        close(ends[0]);
    }

private:
    static void run(int descriptor, const Client& client) {
        SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
        SSL* const ssl = SSL_new(context);
        SSL_set_fd(ssl, descriptor);
        EXPECT_EQ(SSL_connect(ssl), 1);
        client(ssl);
        SSL_free(ssl);
        SSL_CTX_free(context);
    }
    async::Task<void> serve(int descriptor, std::shared_ptr<const TlsContext> context,
                            std::function<void(Transport&)> server) {
        const auto stream = co_await accept_tls(loop, descriptor, {}, std::move(context), soon());
        client_.join();
        EXPECT_TRUE(stream);
        if (stream) server((*stream)->transport());
    }

    std::jthread client_;
};

TEST_F(TlsTransportTest, TheEndThatComesWithBytesIsTold) {
    std::array<std::uint8_t, 64> buffer;
    converse(
        [](SSL* ssl) {
            SSL_write(ssl, "last", 4);
            SSL_shutdown(ssl);
        },
        [&](Transport& transport) {
            const IoOutcome outcome = transport.read(buffer);
            EXPECT_EQ(outcome.status, Status::Done);
            EXPECT_EQ(outcome.bytes, 4u);
            EXPECT_TRUE(outcome.is_last);
            EXPECT_EQ(transport.read(buffer).status, Status::Closed);
            EXPECT_FALSE(transport.owes_goodbye());
        });
}

TEST_F(TlsTransportTest, AFaultBehindBytesIsToldOnceTheyAreTaken) {
    std::array<std::uint8_t, 64> buffer;
    converse(
        [](SSL* ssl) {
            SSL_write(ssl, "last", 4);
            EXPECT_EQ(write(SSL_get_fd(ssl), "no record at all", 16), 16);
        },
        [&](Transport& transport) {
            const IoOutcome outcome = transport.read(buffer);
            EXPECT_EQ(outcome.bytes, 4u);
            EXPECT_TRUE(outcome.is_last);
            const std::string why = transport.error_text();
            EXPECT_FALSE(why.empty());
            EXPECT_EQ(transport.read(buffer).status, Status::Failed);
            EXPECT_EQ(transport.error_text(), why);
        });
}

TEST_F(TlsTransportTest, WhatStaysInsideIsTold) {
    constexpr std::size_t record = 8331;
    constexpr std::size_t records = 3;
    std::array<std::uint8_t, 4096> buffer;
    converse(
        [](SSL* ssl) {
            const std::string text(record, 'x');
            for (std::size_t i = 0; i < records; ++i) SSL_write(ssl, text.data(), record);
        },
        [&](Transport& transport) {
            std::size_t total = 0;
            while (true) {
                const IoOutcome outcome = transport.read(buffer);
                ASSERT_EQ(outcome.status, Status::Done);
                total += outcome.bytes;
                EXPECT_FALSE(outcome.is_last);
                if (!outcome.has_more && outcome.bytes < buffer.size()) break;
                EXPECT_TRUE(outcome.has_more) << "the socket may have nothing more";
            }
            EXPECT_EQ(total, record * records);
            const IoOutcome nothing = transport.read(buffer);
            EXPECT_EQ(nothing.status, Status::WaitRead);
            EXPECT_FALSE(nothing.has_more);
        });
}

}  // namespace
}  // namespace gatehouse::net
