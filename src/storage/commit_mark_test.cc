#include "storage/commit_mark.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <string>

#include "base/durable_file.h"
#include "storage/scratch_dir.h"

namespace gatehouse::storage {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class CommitMarkTest : public ::testing::Test {
protected:
    std::filesystem::path mark_file() const { return file.string() + "-commits"; }
    Result<void> check(std::uint64_t commits) {
        return CommitMark::check(*database, CommitMark::read(file), commits);
    }
    void mark(std::uint64_t commits) {
        auto opened = CommitMark::open(file, 0);
        ASSERT_TRUE(opened);
        opened->note(commits);
    }

    ScratchDir directory;
    std::filesystem::path file = directory.file("some.db");
    std::unique_ptr<Database> database = std::move(Database::open({.file = file}).value());
};

TEST_F(CommitMarkTest, ADatabaseThatIsBehindIsNamed) {
    mark(12);
    EXPECT_TRUE(check(12));
    EXPECT_TRUE(check(13)) << "a power failure came before the mark was on disk";
    const auto refused = check(9);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::Corrupt);
    EXPECT_THAT(refused.error().message,
                AllOf(HasSubstr(file.string() + " is damaged: the last 3 of its 12 commits"),
                      HasSubstr("remove " + mark_file().string())));
}

TEST_F(CommitMarkTest, AFileThatIsAbsentTornOrDamagedSaysNothing) {
    EXPECT_TRUE(check(0));
    mark(12);
    const std::string whole = read_file(mark_file()).value();
    for (const std::string& content :
         {std::string(), whole.substr(0, 12), whole + "x", std::string(whole.size(), '\0'),
          "9" + whole.substr(1), whole.substr(0, whole.size() - 2) + "?\n"}) {
        std::ofstream(mark_file(), std::ios::trunc) << content;
        EXPECT_TRUE(check(0)) << content;
    }
    CommitMark::remove(file);
    EXPECT_TRUE(check(0));
    EXPECT_FALSE(std::filesystem::exists(mark_file()));
}

TEST_F(CommitMarkTest, GoesOnFromWhatTheDatabaseSays) {
    mark(12);
    // Also from fewer, once somebody has decided so.
    ASSERT_TRUE(CommitMark::open(file, 15));
    EXPECT_FALSE(check(14));
    ASSERT_TRUE(CommitMark::open(file, 3));
    EXPECT_TRUE(check(3));
    EXPECT_FALSE(check(2));
    mark(~std::uint64_t{0});
    EXPECT_FALSE(check(~std::uint64_t{0} - 1));
}

}  // namespace
}  // namespace gatehouse::storage
