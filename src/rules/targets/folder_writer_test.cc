#include "rules/targets/folder_writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>

#include "rules/targets/file_path.h"
#include "storage/scratch_dir.h"

namespace gatehouse::rules {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class FolderWriterTest : public ::testing::Test {
protected:
    FolderWriterTest() { fs::create_directory(folder); }

    FolderWriter& writer() {
        if (!writer_) writer_ = std::make_unique<FolderWriter>(declared);
        return *writer_;
    }
    // For each line "written", or the kind of its error and its sentence.
    std::vector<std::string> append(const std::vector<FileLine>& lines,
                                    OnDisk on_disk = OnDisk::Soon) {
        std::vector<std::string> told;
        for (const auto& how : writer().append(lines, on_disk)) {
            told.push_back(
                how ? "written"
                    : fmt::format("{}: {}", name_of(how.error().kind), how.error().message));
        }
        return told;
    }
    std::string append_one(const std::string& path, const std::string& text) {
        return append({{path, text}}).front();
    }
    std::string content(const std::string& path) const {
        std::ostringstream text;
        text << std::ifstream(folder / path).rdbuf();
        return text.str();
    }
    bool is_there(const std::string& path) const { return fs::exists(folder / path); }

    storage::ScratchDir directory;
    fs::path folder = directory.file("files");
    DeclaredFolder declared{.folder = folder};

private:
    std::unique_ptr<FolderWriter> writer_;
};

TEST(FilePath, IsWithinTheFolder) {
    for (const char* path : {"a", "a.jsonl", "rooms/kitchen.jsonl", "a b/ü", "x.1a", "1"}) {
        EXPECT_TRUE(is_file_path(path)) << path;
    }
    for (const char* path : {"", "/a", "a/", "a//b", "..", "../a", "a/../b", "./a", "a/.b", ".a",
                             "a\nb", "x.1", "a/x.jsonl.12", "\xFF"}) {
        EXPECT_FALSE(is_file_path(path)) << path;
    }
    EXPECT_FALSE(is_file_path(std::string_view("a\0b", 3)));
    EXPECT_FALSE(is_file_path(std::string(201, 'a')));
    std::string deep = "a";
    for (int i = 1; i < 16; ++i) deep += "/a";
    EXPECT_TRUE(is_file_path(deep));
    EXPECT_FALSE(is_file_path(deep + "/a"));
}

TEST_F(FolderWriterTest, LinesOfEachPathStayInOrder) {
    EXPECT_THAT(append({{"a", "1"}, {"b/c", "2"}, {"a", "3"}}, OnDisk::First),
                ElementsAre("written", "written", "written"));
    EXPECT_EQ(append_one("a", "4"), "written");
    EXPECT_EQ(content("a"), "1\n3\n4\n");
    EXPECT_EQ(content("b/c"), "2\n");
    struct stat facts{};
    ASSERT_EQ(::stat((folder / "a").c_str(), &facts), 0);
    EXPECT_EQ(
        facts.st_mode & 07777U, 0640U & ~[] {
            const mode_t mask = ::umask(0);
            ::umask(mask);
            return mask;
        }());
}

TEST_F(FolderWriterTest, FullFilesAreKeptUpToABound) {
    declared.file_bytes_max = 10;
    declared.files_max = 3;
    const std::vector<FileLine> lines{{"a", "1111"}, {"a", "2222"}, {"a", "3333"}, {"a", "4444"},
                                      {"a", "5555"}, {"a", "6666"}, {"a", "7777"}};
    for (const auto& told : append(lines)) EXPECT_EQ(told, "written");
    EXPECT_EQ(content("a"), "7777\n");
    EXPECT_EQ(content("a.1"), "5555\n6666\n");
    EXPECT_EQ(content("a.2"), "3333\n4444\n");
    EXPECT_FALSE(is_there("a.3"));
    EXPECT_EQ(append_one("a", "a line that is larger than a file may be"), "written");
    EXPECT_EQ(content("a"), "a line that is larger than a file may be\n");
    EXPECT_EQ(content("a.1"), "7777\n");
}

TEST_F(FolderWriterTest, OneFileAloneBeginsAnew) {
    declared.file_bytes_max = 10;
    declared.files_max = 1;
    std::ofstream(folder / "a.1") << "from when more were kept";
    std::ofstream(folder / "a.2") << "and this";
    append({{"a", "1111"}, {"a", "2222"}, {"a", "3333"}});
    EXPECT_EQ(content("a"), "3333\n");
    EXPECT_FALSE(is_there("a.1"));
    EXPECT_FALSE(is_there("a.2"));
}

TEST_F(FolderWriterTest, LinksLeadNowhere) {
    const fs::path outside = directory.file("outside");
    fs::create_directory(outside);
    std::ofstream(outside / "file") << "as it was";
    fs::create_symlink(outside, folder / "away");
    fs::create_symlink(outside / "file", folder / "link");
    EXPECT_THAT(append_one("away/new", "x"), HasSubstr("not-allowed: The path leads over"));
    EXPECT_THAT(append_one("link", "x"), HasSubstr("not-allowed: The path leads over"));
    EXPECT_FALSE(fs::exists(outside / "new"));
    // Also where it is put there while the file is open.
    EXPECT_EQ(append_one("sub/a", "1"), "written");
    fs::rename(folder / "sub", directory.file("moved"));
    fs::create_symlink(outside, folder / "sub");
    EXPECT_THAT(append_one("sub/a", "2"), HasSubstr("not-allowed"));
    EXPECT_FALSE(fs::exists(outside / "a"));
}

TEST_F(FolderWriterTest, WhatIsNoFileIsNotWritten) {
    ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
    fs::create_directory(folder / "sub");
    EXPECT_THAT(append_one("pipe", "x"), HasSubstr("not-allowed"));
    EXPECT_THAT(append_one("sub", "x"), HasSubstr("not-allowed"));
    append_one("file", "x");
    EXPECT_THAT(append_one("file/a", "x"), HasSubstr("not-allowed"));
}

TEST_F(FolderWriterTest, AFileThatWasMovedAwayIsMadeAnew) {
    append_one("a", "1");
    fs::rename(folder / "a", folder / "a-old");
    append_one("a", "2");
    EXPECT_EQ(content("a-old"), "1\n");
    EXPECT_EQ(content("a"), "2\n");
    fs::remove(folder / "a");
    append_one("a", "3");
    EXPECT_EQ(content("a"), "3\n");
    // As `copytruncate` does.
    ASSERT_EQ(::truncate((folder / "a").c_str(), 0), 0);
    append_one("a", "4");
    EXPECT_EQ(content("a"), "4\n");
}

TEST_F(FolderWriterTest, ALineThatACrashCutOffEndsBeforeTheNext) {
    std::ofstream(folder / "a") << R"({"n":)";
    append_one("a", "{}");
    append_one("a", "{}");
    EXPECT_EQ(content("a"), "{\"n\":\n{}\n{}\n");
}

TEST_F(FolderWriterTest, WhatTheDiskDoesNotTakeWholeIsNotThereInPart) {
    append_one("a", "1");
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    const rlimit full{.rlim_cur = 5, .rlim_max = before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &full), 0);
    const std::string told = append_one("a", "a line that is too long");
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    EXPECT_THAT(told, HasSubstr("unavailable: The file cannot be written: File too large"));
    EXPECT_EQ(content("a"), "1\n");
    append_one("a", "2");
    EXPECT_EQ(content("a"), "1\n2\n");
}

TEST_F(FolderWriterTest, AFolderThatIsGoneMayComeBack) {
    fs::remove(folder);
    EXPECT_EQ(append_one("a", "1"), "unavailable: The folder is not there.");
    EXPECT_FALSE(FolderWriter::check(declared));
    fs::create_directory(folder);
    EXPECT_TRUE(FolderWriter::check(declared));
    EXPECT_EQ(append_one("a", "1"), "written");
    declared.folder = folder / "a";
    EXPECT_FALSE(FolderWriter::check(declared));
}

TEST_F(FolderWriterTest, PathsAreBounded) {
    declared.paths_max = 3;
    std::ofstream(folder / "old") << "1\n";
    std::ofstream(folder / "old.1") << "1\n";
    EXPECT_EQ(append_one("sub/a", "1"), "written");
    EXPECT_EQ(append_one("b", "1"), "written");
    EXPECT_THAT(append_one("c", "1"), HasSubstr("limit-exceeded: The folder has files of 3"));
    EXPECT_THAT(append_one("other/c", "1"), HasSubstr("limit-exceeded"));
    EXPECT_FALSE(is_there("other"));
    EXPECT_EQ(append_one("old", "2"), "written");
    EXPECT_EQ(append_one("b", "2"), "written");
}

TEST_F(FolderWriterTest, OpenFilesAreBounded) {
    FolderWriter small(declared, 2);
    for (int round = 0; round < 2; ++round) {
        for (const char* path : {"a", "b", "c", "d"}) {
            const FileLine line{path, "x"};
            EXPECT_TRUE(small.append({&line, 1}, OnDisk::Soon).front());
        }
    }
    EXPECT_EQ(small.open_files(), 2U);
    EXPECT_EQ(content("a"), "x\nx\n");
}

}  // namespace
}  // namespace gatehouse::rules
