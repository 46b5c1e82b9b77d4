#include "base/resource_tags.h"

#include <gtest/gtest.h>

namespace gatehouse {
namespace {

std::string repeated(std::string_view text, std::size_t times) {
    std::string result;
    while (times-- > 0) result += text;
    return result;
}

TEST(ResourceTags, LengthsAreThoseOfCharacters) {
    EXPECT_EQ(tags_fault({{repeated("\xc3\xb6", 128), repeated("\xe9\x97\xa8", 256)}}),
              std::nullopt);
    EXPECT_EQ(tags_fault({{"k", ""}}), std::nullopt);
    const std::string lengths = "a tag's key must have 1 to 128 characters and its value up to 256";
    EXPECT_EQ(tags_fault({{"", "v"}}), lengths);
    EXPECT_EQ(tags_fault({{repeated("\xc3\xb6", 129), "v"}}), lengths);
    EXPECT_EQ(tags_fault({{"k", repeated("v", 257)}}), lengths);
    EXPECT_EQ(tags_fault({{"k", "\xff"}}), lengths);
}

TEST(ResourceTags, NoKeyIsOneOfAwsInAnyCase) {
    const std::string reserved = "tag keys that start with 'aws:' are reserved";
    for (const char* key : {"aws:", "aws:team", "AWS:team", "aWs:x"}) {
        EXPECT_EQ(tags_fault({{key, "v"}}), reserved) << key;
    }
    for (const char* key : {"aws", "awsome", "my-aws:team"}) {
        EXPECT_EQ(tags_fault({{key, "v"}}), std::nullopt) << key;
    }
    EXPECT_EQ(tags_fault({{"aws\x1a", "v"}}), std::nullopt);  // ':' without its bit of case
}

TEST(ResourceTags, AreFiftyAtMost) {
    ResourceTags tags;
    for (std::size_t i = 0; i < resource_tags_max; ++i) tags[std::to_string(i)] = "v";
    EXPECT_EQ(tags_fault(tags), std::nullopt);
    tags["more"] = "v";
    EXPECT_EQ(tags_fault(tags), "51 tags; at most 50 are allowed");
}

}  // namespace
}  // namespace gatehouse
