#include "functions/package_store.h"

#include "functions/function_fixture.h"
#include "functions/launch_spec.h"

namespace gatehouse::functions {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class PackageStoreTest : public FunctionFixture {
protected:
    void SetUp() override { start_pool(); }
    std::string packed(const std::string& content) {
        TestDirectory source;
        source.write("app.py", content);
        source.write("bin/tool", "#!/bin/sh\n", 0755);
        return *pack_directory(source.path());
    }
};

TEST_F(PackageStoreTest, KeepsTheZipPrivateAndUnpacksIt) {
    const std::string zip = packed("x = 1\n");
    const auto stored = packages->add(zip);
    ASSERT_TRUE(stored) << stored.error().message;
    EXPECT_EQ(stored->bytes, zip.size());
    EXPECT_EQ(stored->hash, hash_of(zip));
    const fs::path file = directory.path() / "functions" / (stored->hash.value() + ".zip");
    EXPECT_EQ(fs::status(file).permissions() & fs::perms(0777), fs::perms(0600));
    const fs::path code = *packages->unpacked(stored->hash);
    EXPECT_EQ(fs::status(code / "app.py").permissions() & fs::perms(0777), fs::perms(0644));
    EXPECT_EQ(fs::status(code / "bin/tool").permissions() & fs::perms(0777), fs::perms(0755));
    EXPECT_EQ(*packages->read(stored->hash), zip);
}

TEST_F(PackageStoreTest, UnpacksAgainWhenTheCacheIsGone) {
    const auto stored = packages->add(packed("x = 1\n"));
    ASSERT_TRUE(stored);
    fs::remove_all(*packages->unpacked(stored->hash));
    const auto again = packages->unpacked(stored->hash);
    ASSERT_TRUE(again);
    EXPECT_TRUE(fs::exists(fs::path(*again) / "app.py"));
}

TEST_F(PackageStoreTest, AMissingZipIsCorrupt) {
    const auto missing = packages->unpacked(CodeHash(std::string(64, '0')));
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().kind, ErrorKind::Corrupt);
}

TEST_F(PackageStoreTest, RefusesInAwsWordsAndKeepsNothing) {
    const auto junk = packages->add("this is not a zip");
    ASSERT_FALSE(junk);
    EXPECT_EQ(junk.error().kind, ErrorKind::InvalidInput);
    EXPECT_THAT(junk.error().message,
                HasSubstr("Could not unzip uploaded file. Please check your file, then try to "
                          "upload again."));
    EXPECT_TRUE(fs::is_empty(directory.path() / "functions"));
    EXPECT_TRUE(fs::is_empty(directory.path() / "cache" / "code"));
    EXPECT_EQ(packages->add("").error().kind, ErrorKind::InvalidInput);
    std::string zip;
    zip.resize(52'428'801);
    const auto large = packages->add(zip);
    EXPECT_EQ(large.error().kind, ErrorKind::TooLarge);
    EXPECT_EQ(large.error().message, "Zipped size must be smaller than 52428800 bytes");
}

TEST_F(PackageStoreTest, KeepsOnlyWhatIsUsed) {
    const auto a = packages->add(packed("a = 1\n"));
    const auto b = packages->add(packed("b = 1\n"));
    packages->keep_only({a->hash});
    EXPECT_TRUE(packages->read(a->hash));
    EXPECT_FALSE(packages->read(b->hash));
    EXPECT_FALSE(packages->unpacked(b->hash));
}

TEST(PackagePacker, SameContentSameBytes) {
    TestDirectory one;
    TestDirectory two;
    for (const TestDirectory* source : {&one, &two}) {
        source->write("b.py", "b");
        source->write("a/x.py", "x");
        source->write("__pycache__/junk.pyc", source == &one ? "1" : "2");
        source->write(".git/HEAD", "ref");
    }
    two.write("b.py~", "backup");
    EXPECT_EQ(*pack_directory(one.path()), *pack_directory(two.path()));
    two.write("b.py", "B");
    EXPECT_NE(*pack_directory(one.path()), *pack_directory(two.path()));
}

TEST(PackagePacker, Refusals) {
    EXPECT_EQ(pack_directory("/nowhere/at/all").error().kind, ErrorKind::NotFound);
    TestDirectory empty;
    EXPECT_EQ(pack_directory(empty.path()).error().kind, ErrorKind::InvalidInput);
    TestDirectory linked;
    fs::create_symlink("/etc/passwd", linked.path() / "link");
    EXPECT_THAT(pack_directory(linked.path()).error().message, HasSubstr("is a link"));
}

TEST(LaunchSpec, RoundTrip) {
    LaunchSpec spec{.arguments = {"/usr/bin/python3", "x y"},
                    .environment = {"A=b\nc", "EMPTY="},
                    .working_directory = "/var/task",
                    .writable_directory = "/tmp",
                    .mounts = {{"/a", "/b"}, {"/c", ""}},
                    .use_namespaces = false,
                    .network = NetworkAccess::None,
                    .user = 2'000'000'001,
                    .runtime_api_port = 9001,
                    .file_bytes_max = 1ull << 40};
    const auto decoded = decode_launch_spec(encode(spec));
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->arguments, spec.arguments);
    EXPECT_EQ(decoded->environment, spec.environment);
    ASSERT_EQ(decoded->mounts.size(), 2u);
    EXPECT_EQ(decoded->mounts[0].target, "/b");
    EXPECT_FALSE(decoded->use_namespaces);
    EXPECT_TRUE(decoded->use_seccomp);
    EXPECT_EQ(decoded->network, NetworkAccess::None);
    EXPECT_EQ(decoded->user, spec.user);
    EXPECT_EQ(decoded->runtime_api_port, 9001);
    EXPECT_EQ(decoded->file_bytes_max, spec.file_bytes_max);
    for (const char* text : {"", "a", "a5:x", "a-1:", "z1:x", "M1:x"}) {
        EXPECT_FALSE(decode_launch_spec(text)) << text;
    }
}

}  // namespace
}  // namespace gatehouse::functions
