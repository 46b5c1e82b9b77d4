#include "authentication/authorizer_choice.h"

#include <gtest/gtest.h>

#include "registry/authorizers.h"
#include "storage/memory_resource_store.h"

namespace gatehouse::authentication {
namespace {

class BringsCredentials : public ::testing::Test {
protected:
    // Makes the account's default authorizer, whose token stands under that name.
    void set_default(std::optional<std::string> token_key_name) {
        registry::AuthorizerRecords records(store_, {});
        ASSERT_TRUE(records.create({}, {.name = registry::AuthorizerName("Door"),
                                        .function_arn = registry::FunctionArn(
                                            "arn:aws:lambda:us-east-1:000000000000:function:auth"),
                                        .token_key_name = std::move(token_key_name),
                                        .signing_disabled = true}));
        ASSERT_TRUE(records.set_default({}, registry::AuthorizerName("Door")));
    }
    bool mqtt(std::optional<std::string> user_name, std::optional<Bytes> password) {
        Credentials credentials;
        credentials.mqtt = MqttCredentials{"c", std::move(user_name), std::move(password)};
        return ask(credentials);
    }
    bool http(std::string query, std::string header = {}) {
        Credentials credentials;
        credentials.http = std::make_unique<HttpCredentials>();
        credentials.http->query = std::move(query);
        credentials.http->headers.add("Host", "localhost");
        if (!header.empty()) credentials.http->headers.add(std::move(header), "x");
        return ask(credentials);
    }
    bool ask(const Credentials& credentials) {
        return brings_credentials(credentials, **registry::AuthorizerDirectory::read(store_));
    }

    ManualClock clock_;
    storage::MemoryResourceStore store_{clock_};
};

TEST_F(BringsCredentials, UserNameOrPasswordOfMqtt) {
    EXPECT_FALSE(mqtt({}, {}));
    EXPECT_TRUE(mqtt("", {}));
    EXPECT_TRUE(mqtt({}, Bytes{}));
}

TEST_F(BringsCredentials, HeadersThatSayWhoItIs) {
    EXPECT_FALSE(http(""));
    EXPECT_FALSE(http("", "Content-Type"));
    EXPECT_FALSE(http("", "x-amz-mqtt5-user-properties"));
    EXPECT_TRUE(http("", "authorization")) << "Basic, Bearer, or keys";
    EXPECT_TRUE(http("", "X-Amz-CustomAuthorizer-Name"));
    EXPECT_TRUE(http("", "x-amz-customauthorizer-signature"));
}

TEST_F(BringsCredentials, PartsOfTheQueryThatSayWhoItIs) {
    EXPECT_FALSE(http("qos=1&retain=true&contentType=x-amz-"));
    EXPECT_TRUE(http("qos=1&x-amz-customauthorizer-name=Door"));
    EXPECT_TRUE(http("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=00"));
}

TEST_F(BringsCredentials, TheTokenOfTheDefaultAuthorizer) {
    EXPECT_FALSE(http("", "mytoken"));
    EXPECT_FALSE(http("mytoken=x"));
    set_default("mytoken");
    EXPECT_TRUE(http("", "MyToken"));
    EXPECT_TRUE(http("mytoken=x"));
    EXPECT_FALSE(http("qos=1", "othertoken"));
}

TEST_F(BringsCredentials, ADefaultAuthorizerWithoutTokenChangesNothing) {
    set_default({});
    EXPECT_FALSE(http("qos=1", "X-Request-Id"));
}

class AmbiguousToken : public BringsCredentials {
protected:
    void SetUp() override { set_default("tok"); }
    // The token that is taken, or the refusal.
    std::string token(std::vector<std::string> headers, std::string query, std::string user_name) {
        Credentials credentials;
        credentials.http = std::make_unique<HttpCredentials>();
        credentials.http->query = std::move(query);
        for (std::string& header : headers) credentials.http->headers.add("Tok", std::move(header));
        credentials.mqtt = MqttCredentials{"c", std::move(user_name), {}};
        const auto choice =
            choose_authorizer(credentials, **registry::AuthorizerDirectory::read(store_),
                              SecondQuestionMark::IsPartOfValue);
        return choice ? choice->token.token.value_or("none") : choice.error().sentence;
    }
};

TEST_F(AmbiguousToken, OneThatIsGivenTwiceDifferentlyIsRefused) {
    const std::string refusal = "'tok' is given more than once, and differently";
    EXPECT_EQ(token({"good"}, "", ""), "good");
    EXPECT_EQ(token({"good"}, "tok=good", "u?tok=good"), "good");
    EXPECT_EQ(token({"good", "evil"}, "", ""), refusal);
    EXPECT_EQ(token({"good"}, "tok=evil", ""), refusal);
    EXPECT_EQ(token({}, "tok=good&tok=evil", ""), refusal);
    EXPECT_EQ(token({}, "tok=good", "u?tok=evil"), refusal);
    EXPECT_EQ(token({}, "", "u?tok=good&Tok=evil"), refusal);
}

using LongToken = AmbiguousToken;

TEST_F(LongToken, OverTheBoundOfTestInvokeAuthorizerItIsRefused) {
    const std::string longest(6144, 't');
    std::string two_bytes_each;
    for (int i = 0; i < 6144; ++i) two_bytes_each += "\xc3\xb6";
    for (const std::string& token_text : {longest, two_bytes_each}) {
        EXPECT_EQ(token({}, "", "u?tok=" + token_text), token_text);
        EXPECT_EQ(token({}, "", "u?tok=" + token_text + "t"),
                  "the token 'tok' has over 6144 characters");
    }
    EXPECT_EQ(token({longest + "t"}, "", ""), "the token 'tok' has over 6144 characters");
}

TEST_F(AmbiguousToken, SoIsASignature) {
    EXPECT_EQ(
        token({"t"}, "x-amz-customauthorizer-signature=1", "u?x-amz-customauthorizer-signature=2"),
        "'x-amz-customauthorizer-signature' is given more than once, and differently");
}

class AskedByDomain : public ::testing::Test {
protected:
    // What is asked for, or the reason why nothing is.
    std::string asked(std::string user_name, std::optional<registry::DomainAuthorizer> authorizer) {
        Credentials credentials;
        credentials.mqtt = MqttCredentials{"c", std::move(user_name), {}};
        credentials.domain = std::make_shared<const registry::DomainConfiguration>(
            registry::DomainConfiguration{.name = registry::DomainConfigurationName("Fleet"),
                                          .authorizer = std::move(authorizer)});
        const auto found = asked_authorizer(credentials, SecondQuestionMark::ReadAsSeparator);
        if (!found) return found.error().reason;
        return *found ? (*found)->name + ", " + (*found)->found_by : "the account's default";
    }
    const std::string named = "u?x-amz-customauthorizer-name=Other";
};

TEST_F(AskedByDomain, ItsDefaultStandsForNoName) {
    EXPECT_EQ(asked("u", registry::DomainAuthorizer{"Gate", false}),
              "Gate, the default of domain configuration 'Fleet'");
    EXPECT_EQ(asked("u", std::nullopt), "the account's default");
    EXPECT_EQ(asked("u", registry::DomainAuthorizer{}), "the account's default");
}

TEST_F(AskedByDomain, AnotherNameCountsWhereItMayBeOverridden) {
    EXPECT_EQ(asked(named, registry::DomainAuthorizer{"Gate", true}),
              "Other, x-amz-customauthorizer-name in the user name");
    EXPECT_EQ(asked(named, registry::DomainAuthorizer{"Gate", false}),
              "CUSTOM_AUTHORIZER_PARAMETER_INVALID");
    EXPECT_EQ(asked(named, registry::DomainAuthorizer{"Other", false}),
              "Other, x-amz-customauthorizer-name in the user name");
    EXPECT_EQ(asked(named, std::nullopt), "Other, x-amz-customauthorizer-name in the user name");
}

}  // namespace
}  // namespace gatehouse::authentication
