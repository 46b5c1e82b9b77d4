#include "base/durable_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

namespace gatehouse {
namespace {

class DurableFileTest : public testing::Test {
protected:
    DurableFileTest() {
        std::string name = testing::TempDir() + "durable_file_XXXXXX";
        folder_ = ::mkdtemp(name.data());
    }
    ~DurableFileTest() override { std::filesystem::remove_all(folder_); }
    std::filesystem::path folder_;
    gid_t group_ = ::getgid();
};

TEST_F(DurableFileTest, WritesWholeWithTheAccessAskedForAndLeavesNothingElse) {
    const auto path = folder_ / "key";
    const mode_t before = ::umask(0077);
    EXPECT_TRUE(write_file(path, "one", FileAccess::Private));
    EXPECT_TRUE(write_file(path, "two", FileAccess::Private));
    EXPECT_TRUE(write_file(folder_ / "public", "x", FileAccess::Readable));
    ::umask(before);
    EXPECT_EQ(read_file(path).value(), "two");
    struct stat facts{};
    ASSERT_EQ(::stat(path.c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777, 0600U);
    ASSERT_EQ(::stat((folder_ / "public").c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777, 0644U);
    const auto files = std::distance(std::filesystem::directory_iterator(folder_), {});
    EXPECT_EQ(files, 2);
}

TEST_F(DurableFileTest, TellsWhetherAFileHoldsSomething) {
    const auto path = folder_ / "program";
    const std::string content(200'000, 'x');
    EXPECT_FALSE(file_holds(path, ""));
    ASSERT_TRUE(write_file(path, content, FileAccess::Readable));
    EXPECT_TRUE(file_holds(path, content));
    EXPECT_FALSE(file_holds(path, content + 'x'));
    EXPECT_FALSE(file_holds(path, content.substr(1)));
    EXPECT_FALSE(file_holds(path, std::string(199'999, 'x') + 'y'));
    EXPECT_FALSE(file_holds(path, ""));
    ASSERT_TRUE(write_file(path, "", FileAccess::Readable));
    EXPECT_TRUE(file_holds(path, ""));
    EXPECT_FALSE(file_holds(folder_, content));
}

TEST_F(DurableFileTest, SaysWhatFailed) {
    const auto missing = read_file(folder_ / "missing");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().kind, ErrorKind::NotFound);
    const auto nowhere = write_file(folder_ / "no" / "file", "x", FileAccess::Private);
    ASSERT_FALSE(nowhere);
    EXPECT_NE(nowhere.error().message.find("no/file"), std::string::npos);
}

TEST_F(DurableFileTest, RefusesASecretThatOthersCanRead) {
    const auto path = folder_ / "key";
    ASSERT_TRUE(write_file(path, "secret", FileAccess::Private));
    EXPECT_EQ(read_private_file(path).value(), "secret");
    ASSERT_TRUE(write_file(path, "secret", FileAccess::Readable));
    const auto read = read_private_file(path);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().kind, ErrorKind::NotAllowed);
    EXPECT_NE(read.error().message.find("chmod 600"), std::string::npos);
}

TEST_F(DurableFileTest, LetsAGroupReadWhereThatIsAllowed) {
    const auto path = folder_ / "users";
    ASSERT_TRUE(write_file(path, "secret", FileAccess::Private));
    std::filesystem::permissions(path, std::filesystem::perms(0640));
    EXPECT_FALSE(read_private_file(path));
    EXPECT_EQ(read_private_file(path, Readers::OwnerAndGroup).value(), "secret");
    for (const unsigned mode : {0660U, 0650U, 0644U}) {
        std::filesystem::permissions(path, std::filesystem::perms(mode));
        EXPECT_FALSE(read_private_file(path, Readers::OwnerAndGroup)) << mode;
    }
}

TEST_F(DurableFileTest, RewritesASecretForThoseWhoReadIt) {
    const auto path = folder_ / "users";
    const auto mode_after = [&](mode_t before) {
        std::filesystem::permissions(path, std::filesystem::perms(before));
        EXPECT_TRUE(rewrite_private_file(path, "new"));
        struct stat facts{};
        EXPECT_EQ(::stat(path.c_str(), &facts), 0);
        EXPECT_EQ(facts.st_gid, group_);
        return facts.st_mode & 0777;
    };
    ASSERT_TRUE(rewrite_private_file(path, "first"));
    EXPECT_EQ(read_private_file(path).value(), "first");
    if (::getuid() == 0) {
        group_ = 12345;
        ASSERT_EQ(::chown(path.c_str(), static_cast<uid_t>(-1), group_), 0);
    }
    EXPECT_EQ(mode_after(0640), 0640U);
    EXPECT_EQ(mode_after(0644), 0600U);
    EXPECT_EQ(mode_after(0600), 0600U);
    EXPECT_EQ(read_file(path).value(), "new");
}

TEST_F(DurableFileTest, LeavesAloneWhatALinkPointsTo) {
    ASSERT_TRUE(write_file(folder_ / "victim", "untouched", FileAccess::Private));
    std::filesystem::create_symlink(folder_ / "victim", folder_ / "key");
    ASSERT_TRUE(write_file(folder_ / "key", "x", FileAccess::Private));
    EXPECT_EQ(read_file(folder_ / "victim").value(), "untouched");
    EXPECT_FALSE(std::filesystem::is_symlink(folder_ / "key")) << "it was replaced";
}

TEST_F(DurableFileTest, BoundsWhatItReads) {
    ASSERT_TRUE(write_file(folder_ / "f", std::string(100, 'x'), FileAccess::Private));
    EXPECT_EQ(read_file(folder_ / "f", 100).value().size(), 100U);
    const auto over = read_file(folder_ / "f", 99);
    ASSERT_FALSE(over);
    EXPECT_EQ(over.error().kind, ErrorKind::TooLarge);
    EXPECT_GT(read_file("/proc/self/status").value().size(), 100U);  // says its size is 0
}

}  // namespace
}  // namespace gatehouse
