#include "certificates/local_authority.h"

#include <gtest/gtest.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>

#include "base/durable_file.h"
#include "base/release.h"
#include "certificates/certificate.h"
#include "certificates/openssl.h"

namespace gatehouse::certificates {
namespace {

using namespace std::chrono;
using Store = std::unique_ptr<X509_STORE, Release<X509_STORE_free>>;
using StoreContext = std::unique_ptr<X509_STORE_CTX, Release<X509_STORE_CTX_free>>;

// OpenSSL's own verdict: "ok", or its words for what is wrong.
std::string verdict(const std::string& root_pem, const std::string& leaf_pem, int purpose,
                    WallTime when, const char* host = nullptr) {
    const auto root = openssl::read_certificate(root_pem).value();
    const auto leaf = openssl::read_certificate(leaf_pem).value();
    const Store store(X509_STORE_new());
    X509_STORE_add_cert(store.get(), root.get());
    const StoreContext context(X509_STORE_CTX_new());
    X509_STORE_CTX_init(context.get(), store.get(), leaf.get(), nullptr);
    X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context.get());
    X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_X509_STRICT);
    X509_VERIFY_PARAM_set_time(parameters, duration_cast<seconds>(when.time_since_epoch()).count());
    X509_VERIFY_PARAM_set_purpose(parameters, purpose);
    if (host != nullptr && X509_VERIFY_PARAM_set1_ip_asc(parameters, host) != 1) {
        X509_VERIFY_PARAM_set1_host(parameters, host, 0);
    }
    const bool good = X509_verify_cert(context.get()) == 1;
    ERR_clear_error();
    return good ? "ok" : X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()));
}

unsigned mode_of(const std::filesystem::path& path) {
    struct stat facts{};
    return ::stat(path.c_str(), &facts) == 0 ? facts.st_mode & 0777 : 0;
}

class LocalAuthorityTest : public testing::Test {
protected:
    LocalAuthorityTest() {
        std::string name = testing::TempDir() + "local_authority_XXXXXX";
        folder_ = ::mkdtemp(name.data());
        settings_.endpoints = {"iot.example", "192.0.2.7"};
        settings_.host_names = {"box", "box.lan"};
    }
    ~LocalAuthorityTest() override { std::filesystem::remove_all(folder_); }

    Result<std::unique_ptr<LocalAuthority>> open() {
        return LocalAuthority::open_or_create(folder_ / "ca", settings_, clock_, random_);
    }

    std::filesystem::path folder_;
    AuthoritySettings settings_;
    ManualClock clock_;
    SystemRandom random_;
};

TEST_F(LocalAuthorityTest, ServerCertificateVerifiesForEveryPromisedName) {
    const auto authority = open();
    ASSERT_TRUE(authority) << authority.error().message;
    const auto identity = (*authority)->server_identity();
    for (const char* host :
         {"localhost", "127.0.0.1", "::1", "iot.example", "x1-ats.iot.us-east-1.iot.example",
          "tenant.iot.example", "192.0.2.7", "box", "box.lan", "x-ats.iot.us-east-1.localhost",
          "x.credentials.iot.us-east-1.iot.example", "x.jobs.iot.us-east-1.iot.example"}) {
        EXPECT_EQ(identity->is_for(host), !std::isdigit(*host) && *host != ':') << host;
        EXPECT_EQ(verdict((*authority)->root_certificate_pem(), identity->chain_pem,
                          X509_PURPOSE_SSL_SERVER, clock_.wall_now(), host),
                  "ok")
            << host;
    }
    EXPECT_NE(verdict((*authority)->root_certificate_pem(), identity->chain_pem,
                      X509_PURPOSE_SSL_SERVER, clock_.wall_now(), "example.com"),
              "ok");
    const auto facts = parse_certificate_pem(identity->chain_pem);
    EXPECT_LE(facts->not_after - facts->not_before, days(397));
    const auto root = parse_certificate_pem((*authority)->root_certificate_pem());
    EXPECT_TRUE(root->is_authority);
    EXPECT_GE(root->not_after, clock_.wall_now() + days(3649));
    EXPECT_TRUE((*authority)->left_out().empty());
}

TEST_F(LocalAuthorityTest, ConstraintsHoldAgainstAStolenKey) {
    const auto authority = open().value();
    const AuthorityPem stolen{authority->root_certificate_pem(),
                              read_file(folder_ / "ca" / "root-CA.key").value()};
    const auto forge = [&](Names names) {
        return issue(stolen,
                     {.common_name = "forged",
                      .names = std::move(names),
                      .validity = {clock_.wall_now() - hours(1), clock_.wall_now() + days(1)}},
                     NewKey::EcP256, random_)
            ->certificate_pem;
    };
    const auto judge = [&](const std::string& pem) {
        return verdict(stolen.certificate_pem, pem, X509_PURPOSE_SSL_SERVER, clock_.wall_now());
    };
    EXPECT_EQ(judge(forge({.dns = {"deep.below.iot.example"}})), "ok");
    EXPECT_EQ(judge(forge({.dns = {"bank.example"}})), "permitted subtree violation");
    EXPECT_EQ(judge(forge({.ip_addresses = {"192.0.2.8"}})), "permitted subtree violation");
    EXPECT_FALSE(authority->issue_server({.dns = {"bank.example"}}));
    EXPECT_TRUE(authority->issue_server({.dns = {"custom.iot.example"}}));
}

TEST_F(LocalAuthorityTest, ADeviceCertificateNeverPassesAsTheServerNorTheOtherWay) {
    const auto authority = open().value();
    const auto device = authority->issue_device(NewKey::EcP256);
    ASSERT_TRUE(device) << device.error().message;
    const std::string& root = authority->root_certificate_pem();
    const std::string& devices = authority->device_certificate_pem();
    const auto now = clock_.wall_now();
    const std::string& server = authority->server_identity()->chain_pem;
    EXPECT_EQ(verdict(devices, device->certificate_pem, X509_PURPOSE_SSL_CLIENT, now), "ok");
    EXPECT_NE(verdict(devices, device->certificate_pem, X509_PURPOSE_SSL_SERVER, now), "ok");
    EXPECT_NE(verdict(root, device->certificate_pem, X509_PURPOSE_SSL_CLIENT, now), "ok");
    EXPECT_NE(verdict(root, device->certificate_pem, X509_PURPOSE_SSL_SERVER, now), "ok");
    EXPECT_NE(verdict(root, server, X509_PURPOSE_SSL_CLIENT, now), "ok");
    EXPECT_EQ(parse_certificate_pem(device->certificate_pem)->subject, "CN=AWS IoT Certificate");
    EXPECT_EQ(format_iso8601(device->not_after), "2049-12-31T23:59:59.000Z");
    const auto rsa = authority->issue_device(NewKey::Rsa2048);
    EXPECT_EQ(parse_certificate_pem(rsa->certificate_pem)->key.bits, 2048);
}

TEST_F(LocalAuthorityTest, KeepsWhatIsThereAndWritesNothing) {
    const auto first = open().value();
    const auto written = [&] {
        std::vector<std::pair<std::string, std::filesystem::file_time_type>> list;
        for (const auto& entry : std::filesystem::directory_iterator(folder_ / "ca")) {
            list.emplace_back(entry.path(), entry.last_write_time());
        }
        std::ranges::sort(list);
        return list;
    };
    const auto before = written();
    EXPECT_EQ(before.size(), 6U);
    clock_.advance(days(30));
    const auto second = open().value();
    EXPECT_EQ(before, written());
    EXPECT_EQ(first->root_certificate_pem(), second->root_certificate_pem());
    EXPECT_EQ(first->server_identity()->chain_pem, second->server_identity()->chain_pem);
    EXPECT_EQ(first->server_identity()->renew_at, second->server_identity()->renew_at);
}

TEST_F(LocalAuthorityTest, PrivateKeysAreTheOwnersAlone) {
    const mode_t before = ::umask(0);
    const auto authority = open();
    ::umask(before);
    for (const char* name : {"root-CA.key", "device-CA.key", "server.key"}) {
        EXPECT_EQ(mode_of(folder_ / "ca" / name), 0600U) << name;
    }
    EXPECT_EQ(mode_of((*authority)->root_certificate_path()), 0644U);
}

TEST_F(LocalAuthorityTest, RenewsInTheLastThirdOfItsLife) {
    const auto authority = open().value();
    const auto first = authority->server_identity();
    clock_.advance(days(260));
    EXPECT_EQ(authority->renew_if_due().value(), LocalAuthority::Renewal::NotDue);
    clock_.advance(days(10));
    EXPECT_EQ(authority->renew_if_due().value(), LocalAuthority::Renewal::Renewed);
    const auto second = authority->server_identity();
    EXPECT_GT(second->not_after, first->not_after);
    EXPECT_EQ(verdict(authority->root_certificate_pem(), second->chain_pem, X509_PURPOSE_SSL_SERVER,
                      first->not_after + days(1), "localhost"),
              "ok");
    clock_.advance(days(300));
    EXPECT_GT(open().value()->server_identity()->not_after, second->not_after);
}

TEST_F(LocalAuthorityTest, TakesInRegionsAndKeepsThem) {
    constexpr auto name = "x-ats.iot.eu-west-1.iot.example";
    constexpr auto local = "x-ats.iot.eu-west-1.localhost";
    const auto verdict_of = [&](const LocalAuthority& authority, const char* host) {
        return verdict(authority.root_certificate_pem(), authority.server_identity()->chain_pem,
                       X509_PURPOSE_SSL_SERVER, clock_.wall_now(), host);
    };
    const auto authority = open().value();
    EXPECT_FALSE(authority->server_identity()->is_for(name));
    EXPECT_NE(verdict_of(*authority, name), "ok");
    EXPECT_EQ(authority->cover_region("us-east-1").value(), LocalAuthority::Renewal::NotDue);
    EXPECT_EQ(authority->cover_region("eu-west-1").value(), LocalAuthority::Renewal::Renewed);
    EXPECT_EQ(authority->cover_region("eu-west-1").value(), LocalAuthority::Renewal::NotDue);
    EXPECT_TRUE(authority->server_identity()->is_for(name));
    EXPECT_EQ(verdict_of(*authority, name), "ok");
    EXPECT_EQ(verdict_of(*open().value(), name), "ok");
    clock_.advance(days(300));
    const auto renewed = open().value();
    EXPECT_EQ(verdict_of(*renewed, name), "ok");
    EXPECT_EQ(verdict_of(*renewed, local), "ok");
    ASSERT_TRUE(LocalAuthority::renew_server_authority(folder_ / "ca", settings_, clock_, random_));
    EXPECT_EQ(verdict_of(*open().value(), name), "ok");
}

TEST_F(LocalAuthorityTest, RegionsAreBoundedAndPartsOfHostNames) {
    settings_.regions_max = 2;
    const auto authority = open().value();
    for (const char* region : {"", "a.b", "-a", "*", "a b"}) {
        const auto refused = authority->cover_region(region);
        ASSERT_FALSE(refused) << region;
        EXPECT_EQ(refused.error().kind, ErrorKind::InvalidInput) << region;
    }
    ASSERT_TRUE(authority->cover_region("eu-west-1"));
    const auto refused = authority->cover_region("eu-west-2");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::LimitExceeded);
    EXPECT_NE(refused.error().message.find("us-east-1, eu-west-1"), std::string::npos);
    EXPECT_FALSE(authority->server_identity()->is_for("x-ats.iot.eu-west-2.localhost"));
}

TEST(ServerIdentity, AWildcardIsOneLabel) {
    const ServerIdentity identity{.names = {.dns = {"gate.example", "*.gate.example"}}};
    EXPECT_TRUE(identity.is_for("gate.example"));
    EXPECT_TRUE(identity.is_for("a.gate.example"));
    EXPECT_FALSE(ServerIdentity{.names = {.dns = {"*.localhost"}}}.is_for("a.localhost"))
        << "OpenSSL takes no wildcard right below a top-level name";
    for (const char* name : {"", "example", ".gate.example", "a.b.gate.example", "agate.example"}) {
        EXPECT_FALSE(identity.is_for(name)) << name;
    }
}

TEST(ServerIdentity, NamesHaveNoCase) {
    const ServerIdentity identity{.names = {.dns = {"Upper.TEST", "*.Fleet.TEST"}}};
    EXPECT_TRUE(identity.is_for("upper.test"));
    EXPECT_TRUE(identity.is_for("UPPER.test"));
    EXPECT_TRUE(identity.is_for("a.fleet.test"));
    EXPECT_FALSE(identity.is_for("lower.test"));
}

TEST_F(LocalAuthorityTest, AnEndpointOutsideTheKeptConstraintsIsRefusedWithTheWayOut) {
    const auto first = open().value();
    settings_.endpoints.push_back("elsewhere.example");
    const auto refused = open();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::Conflict);
    for (const char* part : {"elsewhere.example", "root-CA.crt", "iot.example", "ca renew"}) {
        EXPECT_NE(refused.error().message.find(part), std::string::npos) << part;
    }
    const auto renewed =
        LocalAuthority::renew_server_authority(folder_ / "ca", settings_, clock_, random_);
    ASSERT_TRUE(renewed) << renewed.error().message;
    const auto second = open().value();
    EXPECT_NE(second->root_certificate_pem(), first->root_certificate_pem());
    EXPECT_EQ(second->device_certificate_pem(), first->device_certificate_pem());
    EXPECT_EQ(read_file(folder_ / "ca" / "root-CA.crt.old").value(), first->root_certificate_pem());
    EXPECT_TRUE(second->made_again().empty()) << "as was asked for";
}

TEST_F(LocalAuthorityTest, ACertificateThatIsGoneIsMadeAgainAndToldOf) {
    const auto first = open().value();
    EXPECT_TRUE(first->made_again().empty());
    const std::string key = read_file(folder_ / "ca" / "root-CA.key").value();
    std::filesystem::remove(folder_ / "ca" / "root-CA.crt");
    const auto second = open().value();
    EXPECT_EQ(second->made_again(),
              std::vector<std::string>{(folder_ / "ca" / "root-CA.crt").string()});
    EXPECT_EQ(read_file(folder_ / "ca" / "root-CA.key.old").value(), key);
    std::filesystem::remove(folder_ / "ca" / "device-CA.crt");
    std::filesystem::remove(folder_ / "ca" / "device-CA.key");
    EXPECT_EQ(open().value()->made_again(),
              std::vector<std::string>{(folder_ / "ca" / "device-CA.crt").string()});
    EXPECT_TRUE(open().value()->made_again().empty());
}

TEST_F(LocalAuthorityTest, AnEndpointThatOthersServeIsLeftOut) {
    ASSERT_TRUE(open());
    settings_.endpoints = {"iot.example", "other.example"};
    settings_.foreign_endpoint = ForeignEndpoint::LeaveOut;
    const auto authority = open().value();
    EXPECT_EQ(authority->left_out(), std::vector<std::string>{"other.example"});
    EXPECT_TRUE(authority->server_identity()->is_for("iot.example"));
    EXPECT_FALSE(authority->server_identity()->is_for("other.example"));
}

TEST_F(LocalAuthorityTest, ANewHostNameIsLeftOutAndANewSubdomainIsTakenIn) {
    open().value();
    settings_.host_names = {"elsewhere"};
    settings_.endpoints = {"a.iot.example"};
    const auto authority = open().value();
    EXPECT_EQ(authority->left_out(), std::vector<std::string>{"elsewhere"});
    EXPECT_EQ(
        verdict(authority->root_certificate_pem(), authority->server_identity()->chain_pem,
                X509_PURPOSE_SSL_SERVER, clock_.wall_now(), "p-ats.iot.us-east-1.a.iot.example"),
        "ok");
}

TEST_F(LocalAuthorityTest, DamagedFilesAreToldOrMadeAnew) {
    const auto first = open().value();
    ASSERT_TRUE(write_file(folder_ / "ca" / "server.key", "damaged", FileAccess::Private));
    EXPECT_NE(open().value()->server_identity()->chain_pem, first->server_identity()->chain_pem);
    ASSERT_TRUE(write_file(folder_ / "ca" / "root-CA.crt", "damaged", FileAccess::Readable));
    const auto refused = open();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::Corrupt);
    settings_.endpoints = {"not a name"};
    EXPECT_EQ(open().error().kind, ErrorKind::InvalidInput);
}

TEST_F(LocalAuthorityTest, AnAuthorityThatRanOutIsTold) {
    open().value();
    clock_.advance(days(3651));
    const auto refused = open();
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("ran out"), std::string::npos);
}

// Another implementation's view: Python's ssl module, whole handshakes in memory.
constexpr const char* handshake_script = R"(
import ssl, sys
folder, *names = sys.argv[1:]
server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
server.load_cert_chain(folder + "/server.crt", folder + "/server.key")
client = ssl.create_default_context(cafile=folder + "/root-CA.crt")
client.verify_flags |= ssl.VERIFY_X509_STRICT
def shake(name):
    a, b = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [client.wrap_bio(a, b, server_hostname=name), server.wrap_bio(b, a, server_side=True)]
    for _ in range(10):
        for end in ends:
            try: end.do_handshake()
            except ssl.SSLWantReadError: pass
for name in names: shake(name)
try: shake("bank.example")
except ssl.SSLCertVerificationError: sys.exit(0)
sys.exit("a foreign name was accepted")
)";

TEST_F(LocalAuthorityTest, PythonAcceptsChainAndNames) {
    const SystemClock now;
    const auto made = LocalAuthority::open_or_create(folder_ / "ca", settings_, now, random_);
    ASSERT_TRUE(made) << made.error().message;
    std::ofstream(folder_ / "shake.py") << handshake_script;
    const std::string command = "/usr/bin/python3 " + (folder_ / "shake.py").string() + " " +
                                (folder_ / "ca").string() +
                                " localhost 127.0.0.1 iot.example x-ats.iot.us-east-1.iot.example";
    EXPECT_EQ(std::system(command.c_str()), 0);
}

TEST(MachineNames, AreDnsNames) {
    for (const std::string& name : machine_names()) {
        EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-._"), name.npos);
    }
}

}  // namespace
}  // namespace gatehouse::certificates
