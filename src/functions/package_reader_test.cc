#include "functions/package_reader.h"

#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>

#include <map>
#include <vector>

namespace gatehouse::functions {
namespace {

using ::testing::HasSubstr;

constexpr PackageLimits limits{
    .bytes_max = 1000, .entries_max = 20, .name_bytes_max = 100, .depth_max = 5};

class MemorySink final : public PackageSink {
public:
    std::string directory(const std::string& path) override {
        directories.push_back(path);
        return {};
    }
    std::string open_file(const std::string& path, Executable executable) override {
        current = path;
        files[path];
        if (executable == Executable::Yes) executables.push_back(path);
        return refuse;
    }
    std::string write(std::string_view bytes) override {
        files[current] += bytes;
        return {};
    }
    std::string close_file() override { return {}; }

    std::vector<std::string> directories;
    std::vector<std::string> executables;
    std::map<std::string, std::string> files;
    std::string current;
    std::string refuse;
};

struct Entry {
    std::string path;
    std::string content = "x";
    unsigned type = AE_IFREG;
    unsigned permissions = 0644;
    std::string link;
};

std::vector<std::uint8_t> zip(const std::vector<Entry>& entries) {
    std::vector<char> buffer(1 << 20);
    std::size_t used = 0;
    archive* const writer = archive_write_new();
    archive_write_set_format_zip(writer);
    archive_write_open_memory(writer, buffer.data(), buffer.size(), &used);
    for (const Entry& entry : entries) {
        archive_entry* const header = archive_entry_new();
        archive_entry_set_pathname(header, entry.path.c_str());
        archive_entry_set_filetype(header, entry.type);
        archive_entry_set_perm(header, static_cast<__LA_MODE_T>(entry.permissions));
        const bool is_file = entry.type == AE_IFREG;
        archive_entry_set_size(header, is_file ? static_cast<long>(entry.content.size()) : 0);
        if (!entry.link.empty()) archive_entry_set_symlink(header, entry.link.c_str());
        EXPECT_EQ(archive_write_header(writer, header), ARCHIVE_OK);
        if (is_file) archive_write_data(writer, entry.content.data(), entry.content.size());
        archive_entry_free(header);
    }
    archive_write_close(writer);
    archive_write_free(writer);
    return {buffer.begin(), buffer.begin() + static_cast<long>(used)};
}

PackageProblem refusal(const std::vector<Entry>& entries) {
    MemorySink sink;
    const PackageResult result = read_package(zip(entries), limits, sink);
    EXPECT_FALSE(result.has_value()) << "it was accepted";
    return result ? PackageProblem{} : result.error();
}

TEST(PackageReader, ReadsFilesDirectoriesAndModes) {
    MemorySink sink;
    const PackageResult result =
        read_package(zip({{.path = "app.py", .content = "hello"},
                          {.path = "bin/", .type = AE_IFDIR, .permissions = 0755},
                          {.path = "bin/run", .content = "#!", .permissions = 0755},
                          {.path = "a/b/c.txt", .content = ""}}),
                     limits, sink);
    ASSERT_TRUE(result) << result.error().detail;
    EXPECT_EQ(result->bytes, 7u);
    EXPECT_EQ(result->entries, 4u);
    EXPECT_EQ(sink.files["app.py"], "hello");
    EXPECT_THAT(sink.directories, testing::ElementsAre("bin", "a", "a/b"));
    EXPECT_THAT(sink.executables, testing::ElementsAre("bin/run"));
}

// As Python's zipfile, Node and Java write: the name's bytes, and a bit that says they are UTF-8.
std::vector<std::uint8_t> zip_marked_utf8(std::string_view name) {
    const std::string stand_in(name.size(), 'n');
    std::vector<std::uint8_t> bytes = zip({{.path = stand_in}});
    std::string text(bytes.begin(), bytes.end());
    for (auto at = text.find(stand_in); at != text.npos; at = text.find(stand_in, at)) {
        text.replace(at, name.size(), name);
    }
    constexpr char utf8_bit = 0x08;  // of the flags' second byte
    text[text.find("PK\3\4") + 7] |= utf8_bit;
    text[text.find("PK\1\2") + 9] |= utf8_bit;
    return {text.begin(), text.end()};
}

TEST(PackageReader, ReadsNamesBeyondAscii) {
    const std::string utf8 =
        "gr\xc3\xb6\xc3\x9f"
        "e-\xe6\xb8\xa9.txt";
    const std::string latin =
        "gr\xf6\xdf"
        "e.txt";
    const std::vector<std::pair<std::string, std::vector<std::uint8_t>>> archives{
        {utf8, zip({{.path = utf8}})},
        {utf8, zip_marked_utf8(utf8)},
        {latin, zip({{.path = latin}})}};
    const Utf8Names names;
    for (const auto& [name, bytes] : archives) {
        MemorySink sink;
        const PackageResult result = read_package(bytes, limits, sink);
        ASSERT_TRUE(result) << result.error().detail;
        EXPECT_TRUE(sink.files.contains(name)) << sink.files.begin()->first;
    }
    MemorySink sink;
    EXPECT_FALSE(read_package(zip_marked_utf8(latin), limits, sink)) << "it is not UTF-8";
}

TEST(PackageReader, RefusesPathsThatLeadOutside) {
    EXPECT_THAT(refusal({{.path = "../evil"}}).detail, HasSubstr("points outside"));
    EXPECT_THAT(refusal({{.path = "a/../../evil"}}).detail, HasSubstr("points outside"));
    EXPECT_THAT(refusal({{.path = "/etc/passwd"}}).detail, HasSubstr("absolute path"));
    EXPECT_EQ(path_problem("a\\b", limits), "has a backslash in its name");
    EXPECT_EQ(path_problem("a/./b/", limits), "");
    EXPECT_THAT(refusal({{.path = "a\nb"}}).detail, HasSubstr("control character"));
    EXPECT_THAT(refusal({{.path = "1/2/3/4/5/6"}}).detail, HasSubstr("nested too deeply"));
    EXPECT_THAT(refusal({{.path = std::string(101, 'n')}}).detail, HasSubstr("too long"));
}

TEST(PackageReader, RefusesLinksAndSetIdBits) {
    EXPECT_THAT(refusal({{.path = "l", .type = AE_IFLNK, .link = "/etc/passwd"}}).detail,
                HasSubstr("is a link"));
    EXPECT_THAT(refusal({{.path = "s", .permissions = 04755}}).detail, HasSubstr("set-user-id"));
    EXPECT_THAT(refusal({{.path = "s", .permissions = 02755}}).detail, HasSubstr("set-group-id"));
}

// A reader that goes from entry to entry could read it, without knowing what is a link.
TEST(PackageReader, RefusesAnArchiveWithoutItsDirectory) {
    auto bytes = zip({{.path = "app.py"}, {.path = "lib.py"}});
    constexpr std::size_t end_record_bytes = 22;
    bytes.resize(bytes.size() - end_record_bytes);
    MemorySink sink;
    const auto read = read_package(bytes, limits, sink);
    ASSERT_FALSE(read);
    EXPECT_TRUE(sink.files.empty());
}

TEST(PackageReader, RefusesTheSameNameTwice) {
    EXPECT_THAT(refusal({{.path = "a"}, {.path = "a"}}).detail, HasSubstr("appears twice"));
    EXPECT_THAT(refusal({{.path = "a"}, {.path = "./a"}}).detail, HasSubstr("appears twice"));
    EXPECT_THAT(refusal({{.path = "a"}, {.path = "a/b"}}).detail,
                HasSubstr("a file and a directory"));
    EXPECT_THAT(refusal({{.path = "a/b"}, {.path = "a"}}).detail, HasSubstr("appears twice"));
}

TEST(PackageReader, CountsBytesAndEntriesAsTheyCome) {
    const auto big = refusal({{.path = "a", .content = std::string(600, '0')},
                              {.path = "b", .content = std::string(600, '0')}});
    EXPECT_EQ(big.kind, PackageProblem::Kind::TooLarge);
    std::vector<Entry> many;
    for (int i = 0; i < 21; ++i) many.push_back({.path = "f" + std::to_string(i)});
    EXPECT_THAT(refusal(many).detail, HasSubstr("more than 20 entries"));
}

TEST(PackageReader, RefusesWhatIsNoZip) {
    MemorySink sink;
    const std::string text = "this is not a zip archive";
    const std::vector<std::uint8_t> bytes(text.begin(), text.end());
    const PackageResult result = read_package(bytes, limits, sink);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, PackageProblem::Kind::Unreadable);
    std::vector<std::uint8_t> cut = zip({{.path = "a", .content = std::string(500, 'q')}});
    cut.resize(cut.size() / 2);
    EXPECT_FALSE(read_package(cut, limits, sink));
    EXPECT_FALSE(read_package(zip({}), limits, sink)) << "an empty archive is no package";
}

TEST(PackageReader, TheSinksFailureIsTheMachines) {
    MemorySink sink;
    sink.refuse = "disk full";
    const PackageResult result = read_package(zip({{.path = "a"}}), limits, sink);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, PackageProblem::Kind::Machine);
    EXPECT_EQ(result.error().detail, "disk full");
}

}  // namespace
}  // namespace gatehouse::functions
