#include "storage/private_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "storage/scratch_dir.h"

namespace gatehouse::storage {
namespace {

namespace fs = std::filesystem;

mode_t mode_of(const fs::path& file) {
    struct stat status{};
    EXPECT_EQ(::stat(file.c_str(), &status), 0);
    return status.st_mode & 07777;
}

TEST(PrivateFile, ReadsBackWhatWasWrittenWithTheModeAsked) {
    const ScratchDir dir;
    ASSERT_TRUE(write_file(dir.file("key"), "secret", Readers::Owner).has_value());
    ASSERT_TRUE(write_file(dir.file("ca.crt"), "public", Readers::Everyone).has_value());
    EXPECT_EQ(read_private_file(dir.file("key"), 100), "secret");
    EXPECT_EQ(read_file(dir.file("ca.crt"), 100), "public");
    EXPECT_EQ(mode_of(dir.file("key")), 0600U);
    EXPECT_EQ(mode_of(dir.file("ca.crt")), 0644U);
}

TEST(PrivateFile, ReplacesWholeAndLeavesNothingBeside) {
    const ScratchDir dir;
    ASSERT_TRUE(write_file(dir.file("key"), "a longer first text", Readers::Owner).has_value());
    // A crash's leftover, open to everyone, must not lend its mode or content.
    ASSERT_TRUE(write_file(dir.file("key.partial"), "leftover leftover leftover", Readers::Everyone)
                    .has_value());
    ASSERT_TRUE(write_file(dir.file("key"), "second", Readers::Owner).has_value());
    EXPECT_EQ(read_file(dir.file("key"), 100), "second");
    EXPECT_EQ(mode_of(dir.file("key")), 0600U);
    EXPECT_FALSE(fs::exists(dir.file("key.partial")));
}

TEST(PrivateFile, DoesNotWriteThroughALink) {
    const ScratchDir dir;
    ASSERT_TRUE(write_file(dir.file("victim"), "untouched", Readers::Owner).has_value());
    fs::create_symlink(dir.file("victim"), dir.file("key.partial"));
    EXPECT_FALSE(write_file(dir.file("key"), "x", Readers::Owner).has_value());
    EXPECT_EQ(read_file(dir.file("victim"), 100), "untouched");
}

TEST(PrivateFile, SaysWhatIsWrong) {
    const ScratchDir dir;
    EXPECT_EQ(read_file(dir.file("none"), 100).error().kind, ErrorKind::NotFound);
    ASSERT_TRUE(write_file(dir.file("big"), std::string(101, 'x'), Readers::Owner).has_value());
    EXPECT_EQ(read_file(dir.file("big"), 100).error().kind, ErrorKind::TooLarge);
    EXPECT_TRUE(read_file(dir.file("big"), 101).has_value());
    const auto nowhere = write_file(dir.file("none/key"), "x", Readers::Owner);
    ASSERT_FALSE(nowhere.has_value());
    EXPECT_EQ(nowhere.error().kind, ErrorKind::Unavailable);
    EXPECT_NE(nowhere.error().message.find("none/key"), std::string::npos);
}

TEST(PrivateFile, RefusesASecretThatOthersCanRead) {
    const ScratchDir dir;
    ASSERT_TRUE(write_file(dir.file("key"), "secret", Readers::Everyone).has_value());
    const auto read = read_private_file(dir.file("key"), 100);
    ASSERT_FALSE(read.has_value());
    EXPECT_EQ(read.error().kind, ErrorKind::NotAllowed);
    EXPECT_EQ(read.error().message.find("secret\n"), std::string::npos);
}

}  // namespace
}  // namespace gatehouse::storage
