#include "storage/listing.h"

#include <gtest/gtest.h>

namespace gatehouse::storage {
namespace {

TEST(EndOfPrefix, IsTheLeastTextBeyondThePrefix) {
    EXPECT_EQ(end_of_prefix("ab"), "ac");
    EXPECT_EQ(end_of_prefix("a\xFF"), "b");
    EXPECT_EQ(end_of_prefix("\xFF\xFF"), "");
    EXPECT_EQ(end_of_prefix(""), "");
}

// AWS SDKs check markers against [A-Za-z0-9+/]+={0,2}, at most 1024 characters.
TEST(PageToken, IsBase64AndShortEnoughForAwsMarkers) {
    const ListQuery query{.tenant = {}, .kind = Kind("gate")};
    const std::string token = page_token_after(query, std::string(name_bytes_max, 'n'));
    EXPECT_LE(token.size(), 1024U);
    EXPECT_EQ(token.find_first_not_of(
                  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="),
              token.npos);
}

TEST(PageToken, BelongsToOneListing) {
    const ListQuery query{.tenant = {}, .kind = Kind("gate"), .prefix = "a"};
    const std::string token = page_token_after(query, "ab");
    const auto start_with = [&token](ListQuery other) {
        other.page_token = token;
        return page_start(other).has_value();
    };
    EXPECT_TRUE(start_with(query));
    EXPECT_FALSE(start_with({.tenant = {}, .kind = Kind("gate"), .prefix = "b"}));
    EXPECT_FALSE(start_with({.tenant = {}, .kind = Kind("gatea"), .prefix = ""}));
    EXPECT_FALSE(start_with(
        {.tenant = {.region = Region("eu-west-1")}, .kind = Kind("gate"), .prefix = "a"}));
}

}  // namespace
}  // namespace gatehouse::storage
