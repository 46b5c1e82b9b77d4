#include "server/serve/bucket_folder.h"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>

#include "storage/scratch_dir.h"

namespace gatehouse::server {
namespace {

namespace fs = std::filesystem;

class BucketFolderTest : public testing::Test {
protected:
    BucketFolderTest() { write("devices/may.json", "0123456789"); }
    fs::path path_of(const std::string& key) const {
        return scratch_.path() / "123456789012" / "fleet" / key;
    }
    void write(const std::string& key, const std::string& text) const {
        fs::create_directories(path_of(key).parent_path());
        std::ofstream(path_of(key), std::ios::binary) << text;
    }
    Result<BucketFolder::Part> read(const std::string& key, std::uint64_t offset = 0,
                                    const std::string& bucket = "fleet") const {
        return buckets_.read({AccountId("123456789012"), bucket, key}, offset, 4);
    }

    const storage::ScratchDir scratch_;
    const BucketFolder buckets_{scratch_.path()};
};

TEST_F(BucketFolderTest, ReadsAPart) {
    const auto part = read("devices/may.json", 3);
    ASSERT_TRUE(part) << part.error().message;
    EXPECT_EQ(part->bytes, "3456");
    EXPECT_EQ(part->file_bytes, 10u);
    EXPECT_EQ(read("devices/may.json", 8)->bytes, "89");
    EXPECT_EQ(read("devices/may.json", 10)->bytes, "");
    EXPECT_EQ(read("devices/may.json", 11)->bytes, "");
}

TEST_F(BucketFolderTest, WhatIsNoObjectIsNotFound) {
    write("../other/secret", "x");
    const std::string with_nul("devices/may.json\0.txt", 21);
    for (const std::string& key :
         {std::string("devices/june.json"), std::string("devices"),
          std::string("devices/may.json/x"), std::string("devices//may.json"),
          std::string("./devices/may.json"), std::string("../other/secret"),
          std::string("devices/../../other/secret"), path_of("devices/may.json").string(), with_nul,
          std::string(5000, 'x')}) {
        const auto part = read(key);
        ASSERT_FALSE(part) << key;
        EXPECT_EQ(part.error().kind, ErrorKind::NotFound) << key;
    }
    for (const char* bucket : {"none", ".", "..", "fleet/devices", "../123456789012/fleet"}) {
        EXPECT_EQ(read("may.json", 0, bucket).error().kind, ErrorKind::NotFound) << bucket;
    }
    EXPECT_TRUE(read("secret", 0, "other")) << "the bucket has to be named";
    const BucketFolder none{fs::path()};
    EXPECT_FALSE(none.has_buckets());
    EXPECT_FALSE(none.read({AccountId("123456789012"), "fleet", "devices/may.json"}, 0, 4));
}

TEST_F(BucketFolderTest, AChangeMakesAnotherVersion) {
    const std::string key = "devices/may.json";
    const std::string first = read(key)->version;
    EXPECT_EQ(read(key, 4)->version, first);
    const auto time = fs::last_write_time(path_of(key));
    // Of the same size.
    write(key, "abcdefghij");
    fs::last_write_time(path_of(key), time + std::chrono::milliseconds(1));
    const std::string second = read(key)->version;
    EXPECT_NE(second, first);
    // At the same time.
    write(key, "0123456789x");
    fs::last_write_time(path_of(key), time + std::chrono::milliseconds(1));
    EXPECT_NE(read(key)->version, second);
}

}  // namespace
}  // namespace gatehouse::server
