#include "registry/authorizer_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "registry/authorizer_samples.h"

namespace gatehouse::registry {
namespace {

using ::testing::HasSubstr;

Authorizer valid() {
    return {.name = AuthorizerName("AutoCustom"),
            .function_arn = sample_function,
            .token_key_name = "token",
            .token_signing_public_keys = {{"first", sample_pem()}}};
}

// The field that is wrong, or "fine".
template <class Change>
std::string wrong_field_after(Change change) {
    Authorizer authorizer = valid();
    change(authorizer);
    const auto checked = check_authorizer(authorizer);
    if (checked) return "fine";
    EXPECT_EQ(checked.error().refusal, Refusal::InvalidRequest);
    return checked.error().field;
}

std::string message_after(void (*change)(Authorizer&)) {
    Authorizer authorizer = valid();
    change(authorizer);
    const auto checked = check_authorizer(authorizer);
    return checked ? "fine" : checked.error().message;
}

TEST(AuthorizerRules, AcceptsAValidOne) {
    EXPECT_TRUE(check_authorizer(valid()).has_value());
}

TEST(AuthorizerRules, Name) {
    const auto field = [](std::string name) {
        return wrong_field_after(
            [&](Authorizer& authorizer) { authorizer.name = AuthorizerName(name); });
    };
    EXPECT_EQ(field("a"), "fine");
    EXPECT_EQ(field("My_authorizer=1,@-"), "fine");
    EXPECT_EQ(field(std::string(128, 'n')), "fine");
    EXPECT_EQ(field(std::string(129, 'n')), "authorizerName");
    EXPECT_EQ(field(""), "authorizerName");
    for (const char* name : {"a+b", "a.b", "a b", "a/b", "ä", "a\n"}) {
        EXPECT_EQ(field(name), "authorizerName") << name;
    }
}

TEST(AuthorizerRules, FunctionArn) {
    const auto field = [](std::string arn) {
        return wrong_field_after(
            [&](Authorizer& authorizer) { authorizer.function_arn = FunctionArn(arn); });
    };
    EXPECT_EQ(field("arn:aws:lambda:us-east-2:123456789012:function:f"), "fine");
    EXPECT_EQ(field("arn:aws:lambda:us-east-2:123456789012:function:f:$LATEST"), "fine");
    EXPECT_EQ(field("arn:aws:lambda:us-east-2:123456789012:function:f:7"), "fine");
    EXPECT_EQ(field("arn:aws-cn:lambda:cn-north-1:123456789012:function:my-f_1"), "fine");
    for (const char* arn :
         {"", "f", "arn:aws:lambda:us-east-2:123456789012", "arn:aws:sqs:r:123456789012:q",
          "arn:aws:lambda::123456789012:function:f", "arn:aws:lambda:r:12:function:f",
          "arn:aws:lambda:r:123456789012:layer:f",
          "arn:aws:lambda:r:123456789012:function:", "arn:aws:lambda:r:123456789012:function:f:",
          "arn:aws:lambda:r:123456789012:function:a b"}) {
        EXPECT_EQ(field(arn), "authorizerFunctionArn") << arn;
    }
    EXPECT_EQ(field("arn:aws:lambda:r:123456789012:function:" + std::string(2048, 'f')),
              "authorizerFunctionArn");
}

TEST(AuthorizerRules, TokenKeyName) {
    const auto field = [](std::string name) {
        return wrong_field_after([&](Authorizer& authorizer) { authorizer.token_key_name = name; });
    };
    EXPECT_EQ(field("Token_Key-1"), "fine");
    EXPECT_EQ(field(std::string(129, 'k')), "tokenKeyName");
    EXPECT_EQ(field("a=b"), "tokenKeyName");
    EXPECT_EQ(field(""), "tokenKeyName");  // signing is on
}

TEST(AuthorizerRules, SigningNeedsKeysUnlessDisabled) {
    EXPECT_EQ(wrong_field_after([](Authorizer& a) { a.token_signing_public_keys.clear(); }),
              "tokenSigningPublicKeys");
    EXPECT_EQ(wrong_field_after([](Authorizer& a) {
                  a.token_signing_public_keys.clear();
                  a.token_key_name.clear();
                  a.signing_disabled = true;
              }),
              "fine");
    EXPECT_THAT(message_after([](Authorizer& a) { a.token_key_name.clear(); }),
                HasSubstr("signingDisabled true"));
}

TEST(AuthorizerRules, SigningKeysAreRsaOfAtLeast2048Bits) {
    EXPECT_THAT(message_after([](Authorizer& a) {
                    a.token_signing_public_keys["second"] = make_rsa_pem(1024);
                }),
                ::testing::AllOf(HasSubstr("'second'"), HasSubstr("1024 bits")));
    EXPECT_THAT(message_after([](Authorizer& a) { a.token_signing_public_keys["k"] = "junk"; }),
                HasSubstr("PEM"));
    // Also where signing is disabled: a key that can never be used is a mistake.
    EXPECT_EQ(wrong_field_after([](Authorizer& a) {
                  a.signing_disabled = true;
                  a.token_signing_public_keys["k"] = "junk";
              }),
              "tokenSigningPublicKeys");
}

TEST(AuthorizerRules, SigningKeysAreBounded) {
    const auto field = [](std::string name, std::string pem) {
        return wrong_field_after(
            [&](Authorizer& a) { a.token_signing_public_keys[name] = std::move(pem); });
    };
    EXPECT_EQ(field("a:b_c-1", sample_pem()), "fine");
    EXPECT_EQ(field("a b", sample_pem()), "tokenSigningPublicKeys");
    EXPECT_EQ(field("", sample_pem()), "tokenSigningPublicKeys");
    EXPECT_EQ(field("k", sample_pem() + std::string(5120, '\n')), "tokenSigningPublicKeys");
    EXPECT_EQ(wrong_field_after([](Authorizer& a) {
                  for (int i = 0; i < 20; ++i) {
                      a.token_signing_public_keys[std::to_string(i)] = sample_pem();
                  }
              }),
              "tokenSigningPublicKeys");
}

TEST(AuthorizerRules, Tags) {
    const auto field = [](std::string key, std::string value) {
        return wrong_field_after([&](Authorizer& a) { a.tags[key] = value; });
    };
    EXPECT_EQ(field("team", ""), "fine");
    EXPECT_EQ(field(std::string(128, 'k'), std::string(256, 'v')), "fine");
    EXPECT_EQ(field("", "v"), "tags");
    EXPECT_EQ(field(std::string(129, 'k'), "v"), "tags");
    EXPECT_EQ(field("k", std::string(257, 'v')), "tags");
    EXPECT_EQ(field("aws:team", "v"), "tags");
    EXPECT_EQ(wrong_field_after([](Authorizer& a) {
                  for (int i = 0; i <= 50; ++i) a.tags[std::to_string(i)] = "v";
              }),
              "tags");
}

}  // namespace
}  // namespace gatehouse::registry
