#include "rules/targets/file_targets.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "net/loop_fixture.h"
#include "storage/scratch_dir.h"

namespace gatehouse::rules {
namespace {

using ::testing::HasSubstr;

const AccountId file_owner("123456789012");

class FileTargetsTest : public net::LoopFixture {
protected:
    FileTargetsTest() {
        DeclaredFolders folders;
        folders.emplace("archive",
                        DeclaredFolder{.folder = directory.path(), .accounts = {file_owner}});
        targets = std::make_unique<FileTargets>(loop, std::move(folders));
    }
    void begin(std::vector<FileLine> lines, std::optional<std::vector<Result<void>>>& outcomes) {
        tasks.start(
            [](auto& self, std::vector<FileLine> lines, auto& outcomes) -> async::Task<void> {
                outcomes = co_await self.targets->append("archive", std::move(lines), OnDisk::First,
                                                         self.soon());
            }(*this, std::move(lines), outcomes));
    }

    storage::ScratchDir directory;
    std::unique_ptr<FileTargets> targets;
};

TEST_F(FileTargetsTest, AreOfTheirAccountsAlone) {
    EXPECT_TRUE(targets->may_use(file_owner, "archive"));
    EXPECT_TRUE(targets->check("archive"));
    const auto other = targets->may_use(AccountId("111122223333"), "archive");
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().kind, ErrorKind::NotFound);
    const auto unknown = targets->may_use(file_owner, "archives");
    ASSERT_FALSE(unknown);
    EXPECT_THAT(unknown.error().message, HasSubstr("'archives' is not among files of rules."));
}

TEST_F(FileTargetsTest, LinesAreWrittenOnAThread) {
    std::optional<std::vector<Result<void>>> outcomes;
    begin({{"a", "1"}, {"../b", "2"}, {"a", "3"}}, outcomes);
    finish();
    ASSERT_TRUE(outcomes);
    ASSERT_EQ(outcomes->size(), 3U);
    EXPECT_TRUE((*outcomes)[0]);
    EXPECT_FALSE((*outcomes)[1]);
    EXPECT_TRUE((*outcomes)[2]);
    std::ostringstream text;
    text << std::ifstream(directory.file("a")).rdbuf();
    EXPECT_EQ(text.str(), "1\n3\n");
}

TEST_F(FileTargetsTest, NothingIsWrittenOnceTheyAreClosed) {
    targets->close();
    std::optional<std::vector<Result<void>>> outcomes;
    begin({{"a", "1"}}, outcomes);
    finish();
    ASSERT_TRUE(outcomes && !outcomes->front());
    EXPECT_EQ(outcomes->front().error().kind, ErrorKind::Cancelled);
}

}  // namespace
}  // namespace gatehouse::rules
