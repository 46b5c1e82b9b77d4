#include <fcntl.h>
#include <gmock/gmock.h>
#include <openssl/ssl.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <thread>

#include "net/loop_fixture.h"
#include "net/test_identity.h"
#include "net/tls_context.h"

namespace gatehouse::net {
namespace {

struct ClientOptions {
    std::string alpn;  // one protocol
    bool certificate = false;
    int max_version = TLS1_3_VERSION;
    std::string server_name = "device.example";
    std::optional<TestIdentity> shown;  // a client certificate
    std::string behind;                 // and what is sent behind it, in PEM
};

// A blocking OpenSSL client: handshake, sends "ping", expects "pong".
struct ClientOutcome {
    bool connected = false;
    bool certificate_requested = false;
    std::string cipher;
    std::string certificate;  // the server's, in PEM
    std::string reply;
    std::string staple;
};

int note_certificate_request(SSL* ssl, X509**, EVP_PKEY**) {
    static_cast<ClientOutcome*>(SSL_get_app_data(ssl))->certificate_requested = true;
    return 0;
}

void show(SSL_CTX* context, const TestIdentity& identity, const std::string& behind) {
    const auto memory = [](const std::string& pem) {
        return std::unique_ptr<BIO, decltype(&BIO_free)>(
            BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
    };
    X509* const own =
        PEM_read_bio_X509(memory(identity.certificate).get(), nullptr, nullptr, nullptr);
    EVP_PKEY* const key =
        PEM_read_bio_PrivateKey(memory(identity.key).get(), nullptr, nullptr, nullptr);
    EXPECT_EQ(SSL_CTX_use_certificate(context, own), 1);
    EXPECT_EQ(SSL_CTX_use_PrivateKey(context, key), 1);
    X509_free(own);
    EVP_PKEY_free(key);
    // Which takes what it is given.
    EXPECT_EQ(SSL_CTX_add_extra_chain_cert(
                  context, PEM_read_bio_X509(memory(behind).get(), nullptr, nullptr, nullptr)),
              1);
}

ClientOutcome run_client(int descriptor, const ClientOptions& options) {
    ClientOutcome outcome;
    SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_max_proto_version(context, options.max_version);
    SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_client_cert_cb(context, note_certificate_request);
    if (options.shown) show(context, *options.shown, options.behind);
    SSL* const ssl = SSL_new(context);
    SSL_set_app_data(ssl, &outcome);
    SSL_set_tlsext_status_type(ssl, TLSEXT_STATUSTYPE_ocsp);
    SSL_set_fd(ssl, descriptor);
    SSL_set_tlsext_host_name(ssl, options.server_name.c_str());
    if (!options.alpn.empty()) {
        const std::string wire = static_cast<char>(options.alpn.size()) + options.alpn;
        SSL_set_alpn_protos(ssl, reinterpret_cast<const unsigned char*>(wire.data()),
                            static_cast<unsigned>(wire.size()));
    }
    if (SSL_connect(ssl) == 1) {
        outcome.connected = true;
        outcome.cipher = SSL_get_cipher_name(ssl);
        BIO* const certificate = BIO_new(BIO_s_mem());
        PEM_write_bio_X509(certificate, SSL_get0_peer_certificate(ssl));
        outcome.certificate = text_from(certificate);
        const unsigned char* staple = nullptr;
        const long staple_size = SSL_get_tlsext_status_ocsp_resp(ssl, &staple);
        if (staple_size > 0) outcome.staple.assign(staple, staple + staple_size);
        SSL_write(ssl, "ping", 4);
        char buffer[16];
        const int count = SSL_read(ssl, buffer, sizeof buffer);
        if (count > 0) outcome.reply.assign(buffer, static_cast<std::size_t>(count));
    }
    SSL_free(ssl);
    SSL_CTX_free(context);
    close(descriptor);
    return outcome;
}

class TlsTest : public LoopFixture {
protected:
    void SetUp() override {
        const TestIdentity identity = make_identity();
        settings.identity = TlsIdentity::read(identity.certificate, identity.key).value();
        settings.application_protocols = {"x-amzn-mqtt-ca", "mqtt"};
        settings.client_certificate_protocols = {"x-amzn-mqtt-ca"};
    }

    void exchange(const ClientOptions& options) {
        std::array<int, 2> ends;
        ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
        auto context = TlsContext::make(settings);
        ASSERT_TRUE(context) << context.error().message;
        std::jthread client([&] { client_outcome = run_client(ends[0], options); });
        tasks.start(serve(ends[1], *context));
        finish();
    }

    async::Task<void> serve(int descriptor, std::shared_ptr<const TlsContext> context) {
        fcntl_nonblocking(descriptor);
        auto stream =
            co_await accept_tls(loop, descriptor, {}, std::move(context), soon(), by_name);
        if (!stream) {
            refusal = stream.error().message;
            co_return;
        }
        facts = (*stream)->facts();
        std::array<std::uint8_t, 16> buffer;
        const auto count = co_await (*stream)->read_some(buffer, soon());
        EXPECT_EQ(text_of(std::span(buffer).first(count.value_or(0))), "ping");
        co_await (*stream)->write_all(bytes_of("pong"), soon());
        (*stream)->transport().shut_down();
    }
    static void fcntl_nonblocking(int descriptor);

    TlsSettings settings;
    ContextByName by_name;
    ClientOutcome client_outcome;
    PeerFacts facts;
    std::string refusal;
};

void TlsTest::fcntl_nonblocking(int descriptor) {
    fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK);
}

TEST_F(TlsTest, LearnsServerNameAndProtocol) {
    exchange({.alpn = "mqtt"});
    EXPECT_EQ(client_outcome.reply, "pong");
    EXPECT_EQ(facts.server_name, "device.example");
    EXPECT_EQ(facts.application_protocol, "mqtt");
    EXPECT_EQ(facts.tls_version, "TLSv1.3");
    EXPECT_FALSE(client_outcome.certificate_requested);
}

TEST_F(TlsTest, AsksForACertificateOnlyWithTheProtocolThatMeansIt) {
    exchange({.alpn = "x-amzn-mqtt-ca"});
    EXPECT_EQ(client_outcome.reply, "pong") << "a certificate is asked for, not required";
    EXPECT_TRUE(client_outcome.certificate_requested);
}

TEST_F(TlsTest, AsksForACertificateByTheServerNameThatMeansIt) {
    settings.client_certificate_names = ".credentials.";
    exchange({.alpn = "mqtt"});
    EXPECT_FALSE(client_outcome.certificate_requested) << "device.example is another name";
}

TEST_F(TlsTest, AServerNameMayMeanACertificate) {
    settings.client_certificate_names = "ice.exa";
    exchange({.alpn = "mqtt", .server_name = "Device.EXAMPLE"});
    EXPECT_EQ(client_outcome.reply, "pong");
    EXPECT_TRUE(client_outcome.certificate_requested) << "names have no case";
}

TEST_F(TlsTest, WhatTheServerNameMeansIsTheChosenContextsToSay) {
    by_name = [&, chosen = TlsContext::make(settings).value()](std::string_view) { return chosen; };
    settings.client_certificate_names = "ice.exa";
    exchange({.alpn = "mqtt"});
    EXPECT_EQ(client_outcome.reply, "pong");
    EXPECT_FALSE(client_outcome.certificate_requested);
}

TEST_F(TlsTest, KeepsWhatIsSentBehindACertificateWhereItIsWanted) {
    const TestIdentity own = make_identity();
    const TestIdentity behind = make_identity();
    settings.client_certificate = ClientCertificate::Requested;
    exchange({.shown = own, .behind = behind.certificate});
    EXPECT_FALSE(facts.client_certificate.empty());
    EXPECT_EQ(facts.client_chain, nullptr);
    settings.keeps_client_chain = true;
    exchange({.shown = own, .behind = behind.certificate});
    ASSERT_NE(facts.client_chain, nullptr);
    ASSERT_EQ(facts.client_chain->size(), 1U) << "without its own";
    EXPECT_NE(facts.client_chain->front(), facts.client_certificate);
    exchange({});
    EXPECT_EQ(facts.client_chain, nullptr);
}

TEST_F(TlsTest, StaplesTheResponseThatThereIs) {
    exchange({});
    EXPECT_EQ(client_outcome.staple, "");
    TlsSettings named = settings;
    std::shared_ptr<const Bytes> response;
    named.staple = [&] { return response; };
    by_name = [&](std::string_view) { return TlsContext::make(named).value(); };
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        response = std::make_shared<const Bytes>(Bytes{'y', 'e', 's'});
        exchange({.max_version = version});
        EXPECT_EQ(client_outcome.reply, "pong");
        EXPECT_EQ(client_outcome.staple, "yes");
        response = nullptr;
        exchange({.max_version = version});
        EXPECT_EQ(client_outcome.reply, "pong") << "it goes on without";
        EXPECT_EQ(client_outcome.staple, "");
    }
}

TEST_F(TlsTest, AnUnknownProtocolGoesOnWithoutOne) {
    exchange({.alpn = "h2"});
    EXPECT_EQ(client_outcome.reply, "pong");
    EXPECT_EQ(facts.application_protocol, "");
}

TEST_F(TlsTest, GoesOnWithTheContextOfTheName) {
    TlsSettings named = settings;
    const TestIdentity other = make_identity("DNS:device.example,DNS:other.example");
    named.identity = TlsIdentity::read(other.certificate, other.key).value();
    named.application_protocols = {"http/1.1"};
    named.client_certificate = ClientCertificate::Requested;
    named.policy = SecurityPolicy::Tls12_1_2_2022_10;
    std::string asked_for;
    by_name = [&](std::string_view name) {
        asked_for = name;
        return TlsContext::make(named).value();
    };
    exchange({.alpn = "http/1.1"});
    EXPECT_EQ(asked_for, "device.example");
    EXPECT_EQ(client_outcome.reply, "pong");
    EXPECT_EQ(client_outcome.certificate, other.certificate);
    EXPECT_EQ(facts.application_protocol, "http/1.1");
    EXPECT_EQ(facts.tls_version, "TLSv1.2") << "its policy";
    EXPECT_TRUE(client_outcome.certificate_requested);
    named.policy = SecurityPolicy::Tls13_1_3_2022_10;
    exchange({.max_version = TLS1_2_VERSION});
    EXPECT_FALSE(client_outcome.connected);
}

TEST_F(TlsTest, GoesOnWithItsOwnContextForOtherNames) {
    by_name = [](std::string_view) { return nullptr; };
    exchange({.alpn = "mqtt"});
    EXPECT_EQ(client_outcome.reply, "pong");
    EXPECT_EQ(facts.application_protocol, "mqtt");
}

// OpenSSL's clients offer AES-256 first.
TEST_F(TlsTest, PrefersTheCheapestCipher) {
    exchange({});
    EXPECT_EQ(client_outcome.cipher, "TLS_AES_128_GCM_SHA256");
}

TEST_F(TlsTest, SpeaksTls12AndNothingOlder) {
    exchange({.alpn = "mqtt", .max_version = TLS1_2_VERSION});
    EXPECT_EQ(facts.tls_version, "TLSv1.2");
    EXPECT_EQ(client_outcome.reply, "pong");
    exchange({.alpn = "mqtt", .max_version = TLS1_1_VERSION});
    EXPECT_FALSE(client_outcome.connected);
    EXPECT_NE(refusal.find("no TLS version"), std::string::npos) << refusal;
}

TEST_F(TlsTest, NamesPlainMqttOnATlsPort) {
    std::array<int, 2> ends;
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
    const auto context = TlsContext::make(settings);
    const std::string_view connect("\x10\x0e\x00\x04MQTT\x04\x02\x00\x3c\x00\x02id", 16);
    ASSERT_EQ(write(ends[0], connect.data(), connect.size()), 16);
    tasks.start(serve(ends[1], *context));
    finish();
    EXPECT_NE(refusal.find("plain MQTT"), std::string::npos) << refusal;
    close(ends[0]);
}

TEST_F(TlsTest, ASilentClientRunsIntoTheDeadline) {
    std::array<int, 2> ends;
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
    const auto context = TlsContext::make(settings);
    const auto shake = [&]() -> async::Task<void> {
        const auto stream = co_await accept_tls(
            loop, ends[1], {}, *context, Deadline::after(clock, std::chrono::milliseconds(20)));
        EXPECT_EQ(stream.error().kind, ErrorKind::Timeout);
    };
    tasks.start(shake());
    finish();
    close(ends[0]);
}

TEST_F(TlsTest, RefusesAKeyThatDoesNotFit) {
    settings.identity = TlsIdentity::read(make_identity().certificate, make_identity().key).value();
    const auto context = TlsContext::make(settings);
    ASSERT_FALSE(context);
    EXPECT_EQ(context.error().kind, ErrorKind::InvalidInput);
    EXPECT_THAT(context.error().message, testing::HasSubstr("does not fit its certificate"));
}

TEST_F(TlsTest, RefusesWhatIsNoIdentity) {
    const TestIdentity identity = make_identity();
    const auto problem = [](const std::string& chain, const std::string& key) {
        return TlsIdentity::read(chain, key).error().message;
    };
    EXPECT_THAT(problem("", identity.key), testing::HasSubstr("certificate cannot be used"));
    std::string broken_issuer = identity.certificate + identity.certificate;
    broken_issuer.replace(broken_issuer.size() - 100, 20, "....................");
    EXPECT_THAT(problem(broken_issuer, identity.key),
                testing::HasSubstr("certificate cannot be used"));
    EXPECT_THAT(problem(identity.certificate, "no key"), testing::HasSubstr("private key"));
    const auto none = TlsContext::make({});
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().message, "there is no server certificate");
}

}  // namespace
}  // namespace gatehouse::net
