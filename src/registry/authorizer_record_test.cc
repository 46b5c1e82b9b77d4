#include "registry/authorizer_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::registry {
namespace {

const Authorizer full{
    .tenant = {AccountId("123456789012"), Region("eu-west-1")},
    .name = AuthorizerName("A"),
    .function_arn = FunctionArn("arn:aws:lambda:eu-west-1:123456789012:function:f"),
    .token_key_name = "token",
    .token_signing_public_keys = {{"k", "-----BEGIN PUBLIC KEY-----\nMII\n"}},
    .status = AuthorizerStatus::Inactive,
    .signing_disabled = true,
    .enable_caching_for_http = true,
    .tags = {{"team", "gates \"north\" ü"}},
    .created = ManualClock::default_start(),
    .modified = ManualClock::default_start() + std::chrono::seconds(1),
};

storage::Record record_of(std::string body) {
    return {key_of(full.tenant, full.name), std::move(body), storage::Revision(1), full.created,
            full.modified};
}

TEST(AuthorizerRecord, ReadsBackEveryField) {
    EXPECT_EQ(decode(record_of(encode(full))), full);
}

// What a released version wrote must stay readable.
TEST(AuthorizerRecord, KeepsTheNamesOnDisk) {
    EXPECT_EQ(encode(full),
              R"({"functionArn":"arn:aws:lambda:eu-west-1:123456789012:function:f",)"
              R"("tokenKeyName":"token",)"
              R"("tokenSigningPublicKeys":{"k":"-----BEGIN PUBLIC KEY-----\nMII\n"},)"
              R"("status":"INACTIVE","signingDisabled":true,"enableCachingForHttp":true,)"
              R"("tags":{"team":"gates \"north\" ü"}})");
}

TEST(AuthorizerRecord, NamesTheRecordThatDoesNotReadBack) {
    for (const char* body : {"", "junk", "[]", "{}", R"({"status":"ACTIVE"})"}) {
        const auto decoded = decode(record_of(body));
        ASSERT_FALSE(decoded.has_value()) << body;
        EXPECT_EQ(decoded.error().kind, ErrorKind::Corrupt);
        EXPECT_THAT(decoded.error().message, ::testing::HasSubstr("'A' of account 123456789012"));
    }
}

}  // namespace
}  // namespace gatehouse::registry
