#include "iam/stored_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::iam {
namespace {

const StoredKey sample{.id = AccessKeyId("AKIAEXAMPLE"),
                       .account = AccountId("123456789012"),
                       .user_name = "ann",
                       .status = KeyStatus::Inactive,
                       .sealed_secret = "c2VhbGVk"};

storage::Record record_of(std::string body) {
    return {key_of(sample.id), std::move(body), storage::Revision(1), {}, {}};
}

TEST(StoredKey, ReadsBackEveryFieldUnderTheNamesOnDisk) {
    EXPECT_EQ(decode_key(record_of(encode(sample))), sample);
    EXPECT_EQ(encode(sample), R"({"account":"123456789012","userName":"ann","status":"Inactive",)"
                              R"("sealedSecret":"c2VhbGVk"})");
}

TEST(StoredKey, RemembersItsUsersPath) {
    StoredKey key = sample;
    key.user_path = "/ops/";
    EXPECT_EQ(decode_key(record_of(encode(key))), key);
    EXPECT_EQ(principal_of(key, Region("us-east-1")), "arn:aws:iam::123456789012:user/ops/ann");
}

TEST(StoredKey, NamesTheKeyThatDoesNotReadBack) {
    for (const char* body : {"", "junk", "{}",
                             R"({"account":"12","userName":"","status":"Active",)"
                             R"("sealedSecret":""})"}) {
        const auto decoded = decode_key(record_of(body));
        ASSERT_FALSE(decoded.has_value()) << body;
        EXPECT_EQ(decoded.error().kind, ErrorKind::Corrupt);
        EXPECT_THAT(decoded.error().message, ::testing::HasSubstr("AKIAEXAMPLE"));
    }
}

TEST(StoredKey, PrincipalsAreArns) {
    StoredKey key = sample;
    EXPECT_EQ(principal_of(key, Region("us-east-1")), "arn:aws:iam::123456789012:user/ann");
    key.user_name.clear();
    EXPECT_EQ(principal_of(key, Region("us-east-1")), "arn:aws:iam::123456789012:root");
    EXPECT_EQ(principal_of(key, Region("cn-north-1")), "arn:aws-cn:iam::123456789012:root");
}

}  // namespace
}  // namespace gatehouse::iam
