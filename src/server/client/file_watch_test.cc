#include "server/client/file_watch.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace gatehouse::server {
namespace {

using std::chrono::milliseconds;
using Change = FileWatch::Change;

class FileWatchTest : public testing::Test {
protected:
    FileWatchTest() {
        std::string pattern = testing::TempDir() + "file-watch-XXXXXX";
        path = mkdtemp(pattern.data());
    }
    ~FileWatchTest() override { std::filesystem::remove_all(path); }
    void write(const std::string& name) { std::ofstream(path / name) << "text\n"; }
    // Events of the past wait in the kernel: nothing has to be timed.
    static Change look(FileWatch& watch) {
        return watch.wait(milliseconds(1), milliseconds(0)).value();
    }

    std::filesystem::path path;
};

TEST_F(FileWatchTest, SeesChangesBeneathADirectory) {
    std::filesystem::create_directories(path / "old");
    const auto watch = FileWatch::open(path).value();
    EXPECT_EQ(look(*watch), Change::Nothing);
    write("a.py");
    EXPECT_EQ(look(*watch), Change::Changed);
    write("old/b.py");
    EXPECT_EQ(look(*watch), Change::Changed);
    std::filesystem::create_directory(path / "new");
    EXPECT_EQ(look(*watch), Change::Changed);
    write("new/c.py");
    EXPECT_EQ(look(*watch), Change::Changed);
    std::filesystem::remove(path / "a.py");
    EXPECT_EQ(look(*watch), Change::Changed);
    EXPECT_EQ(look(*watch), Change::Nothing);
}

TEST_F(FileWatchTest, IgnoresWhatRunningCodeAndEditorsLeave) {
    const auto watch = FileWatch::open(path).value();
    write("a.py~");
    write("a.pyc");
    std::filesystem::create_directory(path / "__pycache__");
    EXPECT_EQ(look(*watch), Change::Nothing);
}

TEST_F(FileWatchTest, SeesOneFileEvenWhenItIsReplaced) {
    write("code.zip");
    const auto watch = FileWatch::open(path / "code.zip").value();
    write("other.zip");
    EXPECT_EQ(look(*watch), Change::Nothing);
    std::filesystem::rename(path / "other.zip", path / "code.zip");
    EXPECT_EQ(look(*watch), Change::Changed);
}

TEST_F(FileWatchTest, NeedsAPath) {
    EXPECT_EQ(FileWatch::open(path / "absent").error().kind, ErrorKind::NotFound);
}

}  // namespace
}  // namespace gatehouse::server
