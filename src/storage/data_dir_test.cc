#include "storage/data_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "storage/child_process.h"
#include "storage/scratch_dir.h"

namespace gatehouse::storage {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

mode_t mode_of(const fs::path& path) {
    struct stat status{};
    EXPECT_EQ(::stat(path.c_str(), &status), 0);
    return status.st_mode & 07777;
}

TEST(DataDir, IsMadeWithItsParentsAndPrivate) {
    const ScratchDir scratch;
    const auto dir = DataDir::open(scratch.path() / "a" / "b");
    ASSERT_TRUE(dir.has_value());
    EXPECT_EQ((*dir)->path(), scratch.path() / "a" / "b");
    EXPECT_EQ(mode_of((*dir)->path()), 0700U);
    EXPECT_EQ(mode_of((*dir)->file("lock")), 0600U);
    const auto inner = (*dir)->folder("ca");
    ASSERT_TRUE(inner.has_value());
    EXPECT_EQ(mode_of(*inner), 0700U);
    EXPECT_TRUE((*dir)->folder("ca").has_value());
}

TEST(DataDir, ASecondServerIsRefusedWithTheFirstOnesPid) {
    const ScratchDir scratch;
    ChildProcess first([&](const ChildProcess::Report& report) {
        const auto dir = DataDir::open(scratch.path());
        report.line(dir ? "open" : dir.error().message);
        ::pause();
    });
    ASSERT_EQ(first.next_line(), "open");
    const auto second = DataDir::open(scratch.path());
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().kind, ErrorKind::Conflict);
    EXPECT_THAT(second.error().message, HasSubstr("pid " + std::to_string(first.pid())));
    EXPECT_THAT(second.error().message, HasSubstr("--data-dir"));

    first.kill_and_wait();
    EXPECT_TRUE(DataDir::open(scratch.path()).has_value());
}

TEST(DataDir, IsFreeAgainWhenItsHolderIsDestroyed) {
    const ScratchDir scratch;
    EXPECT_TRUE(DataDir::open(scratch.path()).has_value());
    const auto held = DataDir::open(scratch.path());
    ASSERT_TRUE(held.has_value());
    EXPECT_FALSE(DataDir::open(scratch.path()).has_value());
}

TEST(DataDir, AnEmptyOrOwnDirectoryIsMadePrivate) {
    const ScratchDir scratch;
    ASSERT_EQ(::chmod(scratch.path().c_str(), 0755), 0);
    ASSERT_TRUE(DataDir::open(scratch.path()).has_value());
    EXPECT_EQ(mode_of(scratch.path()), 0700U);

    std::ofstream(scratch.file("gatehouse.db")) << "x";
    ASSERT_EQ(::chmod(scratch.path().c_str(), 0775), 0);
    ASSERT_TRUE(DataDir::open(scratch.path()).has_value());
    EXPECT_EQ(mode_of(scratch.path()), 0700U);
}

// `--data-dir /tmp` must not close /tmp to everybody else.
TEST(DataDir, ADirectoryThatHoldsOtherThingsIsRefusedAndLeftAsItIs) {
    const ScratchDir scratch;
    std::ofstream(scratch.file("thesis.txt")) << "x";
    ASSERT_EQ(::chmod(scratch.path().c_str(), 0755), 0);
    const auto refused = DataDir::open(scratch.path());
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().kind, ErrorKind::NotAllowed);
    EXPECT_THAT(refused.error().message, HasSubstr("chmod 700"));
    EXPECT_EQ(mode_of(scratch.path()), 0755U);
    EXPECT_FALSE(fs::exists(scratch.file("lock")));

    ASSERT_EQ(::chmod(scratch.path().c_str(), 0700), 0);
    EXPECT_TRUE(DataDir::open(scratch.path()).has_value());
}

TEST(DataDir, AFileInItsPlaceIsRefused) {
    const ScratchDir scratch;
    std::ofstream(scratch.file("data")) << "x";
    const auto refused = DataDir::open(scratch.file("data"));
    ASSERT_FALSE(refused.has_value());
    EXPECT_THAT(refused.error().message, HasSubstr("is a file"));
    EXPECT_FALSE(DataDir::open(scratch.file("data") / "inner").has_value());
    EXPECT_EQ(DataDir::open("").error().kind, ErrorKind::InvalidInput);
}

}  // namespace
}  // namespace gatehouse::storage
