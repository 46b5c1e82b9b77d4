#include "authentication/token_policies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::authentication {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string token_document(std::string_view resource) {
    return R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iot:Publish",)"
           R"("Resource":"arn:aws:iot:*:*:topic/)" +
           std::string(resource) + R"("}})";
}

// The resource that the claims make of `${jwt:sub}`, or the problem.
std::string filled(const char* claims, std::string_view resource = "${jwt:sub}") {
    const auto policies = TokenPolicies::make({token_document(resource)});
    if (!policies) return "policies: " + policies.error().message;
    const auto documents = policies->documents_for(parse_json(claims, "claims")->as_object());
    if (!documents) return documents.error().message;
    const std::string& text = documents->front();
    const auto begin = text.find("topic/") + 6;
    return text.substr(begin, text.find('"', begin) - begin);
}

// What docs/reference/jwt-authorizer.md tells to put before a wildcard, so that the bearer of `a`
// does not pass for `a-b`.
TEST(TokenPolicies, NoValueHoldsWhatMaySeparateItFromAWildcard) {
    EXPECT_EQ(filled(R"({"sub":"a"})", "${jwt:sub}:*"), "a:*");
    for (const char* separator : {":", "/", "+"}) {
        const std::string claims = R"({"sub":"a)" + std::string(separator) + R"(b"})";
        EXPECT_THAT(filled(claims.c_str()), testing::Not(HasSubstr(separator)));
    }
}

TEST(TokenPolicies, ValuesAreWrittenSoThatTheyMeanThemselves) {
    const struct {
        const char* claims;
        const char* text;
    } all[] = {{R"({"sub":"alice"})", "alice"},
               {R"({"sub":"a.B-c_d~e@f=g,h"})", "a.B-c_d~e@f=g,h"},
               {R"({"sub":"*"})", "%2A"},
               {R"({"sub":"?"})", "%3F"},
               {R"({"sub":"+"})", "%2B"},
               {R"({"sub":"#"})", "%23"},
               {R"({"sub":"a/b"})", "a%2Fb"},
               {R"({"sub":"a%2Fb"})", "a%252Fb"},
               {R"({"sub":"a:b"})", "a%3Ab"},
               {R"({"sub":"${iot:ClientId}"})", "%24%7Biot%3AClientId%7D"},
               {R"({"sub":"${jwt:sub}"})", "%24%7Bjwt%3Asub%7D"},
               {R"({"sub":"\"}],\\"})", "%22%7D%5D,%5C"},
               {R"({"sub":"\u0000\u00e4 "})", "%00%C3%A4%20"},
               {R"({"sub":7})", "7"},
               {R"({"sub":-7})", "-7"},
               {R"({"sub":true})", "true"}};
    for (const auto& one : all) EXPECT_EQ(filled(one.claims), one.text) << one.claims;
}

TEST(TokenPolicies, WantTheClaimsThatTheyName) {
    EXPECT_EQ(filled("{}"), "the token's claim 'sub' is missing");
    EXPECT_EQ(filled(R"({"sub":""})"), "the token's claim 'sub' is empty");
    EXPECT_THAT(filled(R"({"sub":["a"]})"), HasSubstr("'sub' is an array"));
    EXPECT_THAT(filled(R"({"sub":1.5})"), HasSubstr("'sub' is a number"));
    EXPECT_THAT(filled(R"({"sub":null})"), HasSubstr("'sub' is null"));
    EXPECT_THAT(filled((R"({"sub":")" + std::string(257, 'a') + R"("})").c_str()),
                HasSubstr("over 256 bytes"));
    EXPECT_EQ(filled(R"({"a":"x","https://b/c":"y"})", "${jwt:a}/${jwt:https://b/c}/${jwt:a}"),
              "x/y/x");
    EXPECT_EQ(filled("{}", "${iot:ClientId}"), "${iot:ClientId}");
}

TEST(TokenPolicies, AreCheckedBeforeTheyAreUsed) {
    EXPECT_FALSE(TokenPolicies::make({"{}"}));
    EXPECT_FALSE(TokenPolicies::make({token_document("${jwt:}")}));
    EXPECT_FALSE(TokenPolicies::make({token_document("${jwt:sub")}));
    EXPECT_FALSE(TokenPolicies::make({token_document("a"), R"({"Version":"1999"})"}));
}

}  // namespace
}  // namespace gatehouse::authentication
