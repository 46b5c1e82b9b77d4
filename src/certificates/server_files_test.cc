#include "certificates/server_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/durable_file.h"

namespace gatehouse::certificates {
namespace {

using std::chrono::hours;
using testing::Contains;
using testing::HasSubstr;

class ServerFilesTest : public testing::Test {
protected:
    ServerFilesTest() {
        std::string name = testing::TempDir() + "server_files_XXXXXX";
        folder_ = ::mkdtemp(name.data());
        AuthoritySettings settings;
        settings.endpoints = {"iot.example"};
        const auto made = LocalAuthority::open_or_create(folder_ / "ca", settings, clock_, random_);
        identity_ = (*made)->server_identity();
        write(identity_->chain_pem, identity_->key_pem);
    }
    ~ServerFilesTest() override { std::filesystem::remove_all(folder_); }

    void write(const std::string& certificate, const std::string& key) {
        EXPECT_TRUE(write_file(files().certificate, certificate, FileAccess::Readable));
        EXPECT_TRUE(write_file(files().private_key, key, FileAccess::Private));
    }
    ServerFiles files() const { return {folder_ / "tls.crt", folder_ / "tls.key"}; }
    std::string problem() {
        const auto read = read_server_files(files(), clock_);
        return read ? "" : read.error().message;
    }

    std::filesystem::path folder_;
    ManualClock clock_{SystemClock().wall_now()};
    SystemRandom random_;
    std::shared_ptr<const ServerIdentity> identity_;
};

TEST_F(ServerFilesTest, AreTakenWhenTheyBelongTogether) {
    const auto read = read_server_files(files(), clock_);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_THAT(read->names.dns, Contains("iot.example"));
    EXPECT_TRUE(read->is_for("iot.example"));
    // Certificates count whole seconds.
    EXPECT_EQ(read->not_after, std::chrono::floor<std::chrono::seconds>(identity_->not_after));
    EXPECT_EQ(read->key_pem, identity_->key_pem);
}

TEST_F(ServerFilesTest, AreRefusedWithTheReason) {
    std::filesystem::permissions(files().private_key, std::filesystem::perms(0644));
    EXPECT_THAT(problem(), HasSubstr("chmod 600"));
    std::filesystem::permissions(files().private_key, std::filesystem::perms(0640));
    EXPECT_EQ(problem(), "") << "a group may read it";
    const auto device_key = read_file(folder_ / "ca" / "device-CA.key");
    write(identity_->chain_pem, *device_key);
    EXPECT_THAT(problem(), HasSubstr("is not the private key of"));
    write(identity_->chain_pem,
          "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIH\n-----END ENCRYPTED PRIVATE KEY-----\n");
    EXPECT_THAT(problem(), HasSubstr("is encrypted"));
    write("no certificate", identity_->key_pem);
    EXPECT_THAT(problem(), HasSubstr("tls.crt"));
    write(identity_->chain_pem, identity_->key_pem);
    clock_.advance(hours(24 * 365 * 50));
    EXPECT_THAT(problem(), HasSubstr("not now"));
    std::filesystem::remove(files().private_key);
    EXPECT_THAT(problem(), HasSubstr("tls.key"));
}

}  // namespace
}  // namespace gatehouse::certificates
