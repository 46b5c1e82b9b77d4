#include "server/client/kit_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <iterator>
#include <string>

#include "base/durable_file.h"

namespace gatehouse::server {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class KitFileTest : public ::testing::Test {
protected:
    KitFileTest() {
        std::string name = ::testing::TempDir() + "kit_file_XXXXXX";
        folder_ = ::mkdtemp(name.data());
        path_ = folder_ / "pump.zip";
    }
    ~KitFileTest() override { fs::remove_all(folder_); }
    std::size_t files() const {
        return static_cast<std::size_t>(
            std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
    }

    fs::path folder_;
    fs::path path_;
};

TEST_F(KitFileTest, IsThereWholeAndForItsOwnerAlone) {
    {
        KitFile file(path_);
        ASSERT_TRUE(file.reserve());
        EXPECT_FALSE(fs::exists(path_)) << "a command that is killed now leaves no pump.zip";
        ASSERT_TRUE(file.fill("kit"));
    }
    EXPECT_EQ(read_file(path_).value(), "kit");
    EXPECT_EQ(fs::status(path_).permissions() & fs::perms::all,
              fs::perms::owner_read | fs::perms::owner_write);
    EXPECT_EQ(files(), 1U);
    EXPECT_EQ(KitFile(path_).reserve().error().kind, ErrorKind::Conflict);
}

TEST_F(KitFileTest, LeavesNothingWhereNothingCame) {
    {
        KitFile file(path_);
        ASSERT_TRUE(file.reserve());
    }
    EXPECT_EQ(files(), 0U);
}

TEST_F(KitFileTest, OfTwoAtOnceNeitherLosesItsKey) {
    KitFile second(path_);
    {
        KitFile first(path_);
        ASSERT_TRUE(first.reserve());
        ASSERT_TRUE(second.reserve());
        ASSERT_TRUE(first.fill("first"));
    }
    const auto filled = second.fill("second");
    ASSERT_FALSE(filled);
    EXPECT_TRUE(second.is_kept());
    EXPECT_EQ(read_file(path_).value(), "first");
    const std::string message = filled.error().message;
    EXPECT_THAT(message, HasSubstr(".part"));
    const std::string other = message.substr(message.find(path_.string()));
    EXPECT_EQ(read_file(other.substr(0, other.find(','))).value(), "second");
}

TEST_F(KitFileTest, SaysWhereNothingCanBeWritten) {
    KitFile file(folder_ / "missing" / "pump.zip");
    EXPECT_FALSE(file.reserve());
    EXPECT_FALSE(file.is_kept());
}

}  // namespace
}  // namespace gatehouse::server
