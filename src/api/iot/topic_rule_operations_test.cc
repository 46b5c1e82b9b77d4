#include <gmock/gmock.h>

#include "api/iot/iot_fixture.h"

namespace gatehouse::api {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

constexpr const char* calls_function =
    R"({"lambda":{"functionArn":"arn:aws:lambda:us-east-1:123456789012:function:f"}})";

class TopicRuleOperationsTest : public IotFixture {
protected:
    static std::string body(const std::string& sql, const std::string& more = "") {
        return R"({"sql":")" + sql + R"(","actions":[)" + calls_function + "]" + more + "}";
    }
    net::HttpResponse create(const std::string& name, const std::string& body,
                             signature::HeaderFields headers = {}) {
        return call("iot", "POST", "/rules/" + name, body, std::move(headers));
    }
    json::value get(const std::string& name) {
        return parsed(call("iot", "GET", "/rules/" + name));
    }
    std::vector<std::string> names_of(const json::value& page) {
        std::vector<std::string> names;
        for (const json::value& rule : page.at("rules").as_array()) {
            names.push_back(text(rule.at("ruleName")));
        }
        return names;
    }
};

TEST_F(TopicRuleOperationsTest, ARuleIsShownAsItWasMade) {
    ASSERT_EQ(
        create("hot",
               body("SELECT * FROM 'a/#'", R"(,"description":"d","awsIotSqlVersion":"2016-03-23",)"
                                           R"("errorAction":)" +
                                               std::string(calls_function)),
               {{"x-amz-tagging", "team=ops&with%20blank=1+2"}})
            .status,
        200u);
    const json::value shown = get("hot");
    EXPECT_EQ(text(shown.at("ruleArn")), "arn:aws:iot:us-east-1:123456789012:rule/hot");
    const json::value& rule = shown.at("rule");
    EXPECT_EQ(text(rule.at("sql")), "SELECT * FROM 'a/#'");
    EXPECT_EQ(text(rule.at("description")), "d");
    EXPECT_EQ(text(rule.at("awsIotSqlVersion")), "2016-03-23");
    EXPECT_FALSE(rule.at("ruleDisabled").as_bool());
    EXPECT_EQ(to_text(rule.at("actions")), "[" + std::string(calls_function) + "]");
    EXPECT_EQ(to_text(rule.at("errorAction")), calls_function);
    EXPECT_TRUE(rule.at("createdAt").is_number());
    const json::value tags = parsed(call(
        "iot", "GET", "/tags?resourceArn=arn%3Aaws%3Aiot%3Aus-east-1%3A123456789012%3Arule%2Fhot"));
    EXPECT_THAT(to_text(tags), HasSubstr(R"({"Key":"with blank","Value":"1 2"})"));
}

TEST_F(TopicRuleOperationsTest, TheOldVersionIsTheUsualOne) {
    ASSERT_EQ(create("old", body("SELECT * FROM 'a'")).status, 200u);
    EXPECT_EQ(text(get("old").at("rule").at("awsIotSqlVersion")), "2015-10-08");
    expect_refused(create("odd", body("SELECT * FROM 'a'", R"(,"awsIotSqlVersion":"2020-01-01")")),
                   400, "InvalidRequestException");
}

TEST_F(TopicRuleOperationsTest, BetaIsShownAsItWasGiven) {
    ASSERT_EQ(create("new", body("SELECT * FROM 'a'", R"(,"awsIotSqlVersion":"beta")")).status,
              200u);
    EXPECT_EQ(text(get("new").at("rule").at("awsIotSqlVersion")), "beta");
}

// Whoever tags a rule so would believe in what is not kept.
TEST_F(TopicRuleOperationsTest, TagsThatChangeARuleAreCheckedWheneverTheyAreSet) {
    ASSERT_EQ(create("r", body("SELECT * FROM 'a'")).status, 200u);
    const auto tag = [&](const std::string& key, const std::string& value) {
        return call("iot", "POST", "/tags",
                    R"({"resourceArn":"arn:aws:iot:us-east-1:123456789012:rule/r",)"
                    R"("tags":[{"Key":")" +
                        key + R"(","Value":")" + value + "\"}]}");
    };
    expect_refused(tag("gatehouse:delivery", "At-Least-Once"), 400, "InvalidRequestException");
    expect_refused(tag("gatehouse:order", "any"), 400, "InvalidRequestException");
    EXPECT_EQ(tag("gatehouse:delivery", "at-least-once").status, 200u);
    EXPECT_EQ(tag("team", "At-Least-Once").status, 200u);
}

TEST_F(TopicRuleOperationsTest, WhatCannotBeARuleIsRefused) {
    expect_refused(create("bad", body("SELECT aws_lambda('junk', *) AS a FROM 'a'")), 400,
                   "SqlParseException");
    expect_refused(create("bad", body("SELECT FROM 'a'")), 400, "SqlParseException");
    expect_refused(create("bad-name", body("SELECT * FROM 'a'")), 400, "InvalidRequestException");
    expect_refused(create("bad", R"({"sql":"SELECT * FROM 'a'"})"), 400, "InvalidRequestException");
    expect_refused(create("bad", R"({"sql":"SELECT * FROM 'a'","actions":["x"]})"), 400,
                   "InvalidRequestException");
    expect_refused(
        create("bad", R"({"sql":"SELECT * FROM 'a'","actions":[{"iotEvents":{"inputName":"x"}}]})"),
        400, "InvalidRequestException");
    ASSERT_EQ(create("twice", body("SELECT * FROM 'a'")).status, 200u);
    expect_refused(create("twice", body("SELECT * FROM 'a'")), 409,
                   "ResourceAlreadyExistsException");
}

TEST_F(TopicRuleOperationsTest, ARoleHasToTrustTheService) {
    const std::string republish =
        R"({"sql":"SELECT * FROM 'a'","actions":[{"republish":{"topic":"b",)"
        R"("roleArn":"arn:aws:iam::123456789012:role/rules"}}]})";
    const auto refused = create("r", republish);
    expect_refused(refused, 400, "InvalidRequestException");
    EXPECT_THAT(refused.body, HasSubstr("is unable to assume role (sts:AssumeRole) on resource"));
    const ::gatehouse::iam::IdentityRecords::Parts parts{clock, random};
    ::gatehouse::iam::IdentityRecords identities(memory, parts);
    ::gatehouse::iam::Identity role{.name = {::gatehouse::iam::IdentityKind::Role, "rules"}};
    role.trust_policy =
        R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",)"
        R"("Principal":{"Service":"iot.amazonaws.com"}}]})";
    ASSERT_TRUE(identities.create({AccountId("123456789012"), Region("us-east-1")}, role));
    EXPECT_EQ(create("r", republish).status, 200u);
    EXPECT_EQ(call("iot", "PATCH", "/rules/r", republish).status, 200u);
}

// What AWS recommends against the confused deputy.
TEST_F(TopicRuleOperationsTest, ARoleMayTrustTheRulesOfOneAccountAlone) {
    const ::gatehouse::iam::IdentityRecords::Parts parts{clock, random};
    ::gatehouse::iam::IdentityRecords identities(memory, parts);
    const auto make_role = [&](const std::string& name, const std::string& condition) {
        ::gatehouse::iam::Identity role{.name = {::gatehouse::iam::IdentityKind::Role, name}};
        role.trust_policy =
            R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",)"
            R"("Principal":{"Service":"iot.amazonaws.com"},"Condition":)" +
            condition + "}]}";
        ASSERT_TRUE(identities.create({AccountId("123456789012"), Region("us-east-1")}, role));
    };
    make_role("any", R"({"ArnLike":{"aws:SourceArn":"arn:aws:iot:us-east-1:123456789012:rule/*"},)"
                     R"("StringEquals":{"aws:SourceAccount":"123456789012"}})");
    make_role("one",
              R"({"ArnEquals":{"aws:SourceArn":"arn:aws:iot:us-east-1:123456789012:rule/one"}})");
    make_role("else", R"({"StringEquals":{"aws:SourceAccount":"210987654321"}})");
    const auto republish = [](const std::string& role) {
        return R"({"sql":"SELECT * FROM 'a'","actions":[{"republish":{"topic":"b",)"
               R"("roleArn":"arn:aws:iam::123456789012:role/)" +
               role + R"("}}]})";
    };
    EXPECT_EQ(create("any", republish("any")).status, 200u);
    EXPECT_EQ(create("one", republish("one")).status, 200u);
    const auto other = create("two", republish("one"));
    expect_refused(other, 400, "InvalidRequestException");
    EXPECT_THAT(other.body, HasSubstr("is unable to assume role"));
    expect_refused(call("iot", "PATCH", "/rules/any", republish("one")), 400,
                   "InvalidRequestException");
    expect_refused(create("three", republish("else")), 400, "InvalidRequestException");
}

TEST_F(TopicRuleOperationsTest, ARuleThatIsNotThereIsAccessDenied) {
    const auto unknown = call("iot", "GET", "/rules/nobody");
    expect_refused(unknown, 401, "UnauthorizedException");
    EXPECT_THAT(unknown.body, HasSubstr("Access to topic rule 'nobody' was denied"));
    expect_refused(call("iot", "PATCH", "/rules/nobody", body("SELECT * FROM 'a'")), 401,
                   "UnauthorizedException");
    expect_refused(call("iot", "POST", "/rules/nobody/enable"), 401, "UnauthorizedException");
    EXPECT_EQ(call("iot", "DELETE", "/rules/nobody").status, 200u);
}

TEST_F(TopicRuleOperationsTest, ARuleChanges) {
    ASSERT_EQ(create("r", body("SELECT * FROM 'a'")).status, 200u);
    EXPECT_EQ(call("iot", "POST", "/rules/r/disable").status, 200u);
    EXPECT_TRUE(get("r").at("rule").at("ruleDisabled").as_bool());
    EXPECT_EQ(call("iot", "POST", "/rules/r/enable").status, 200u);
    EXPECT_FALSE(get("r").at("rule").at("ruleDisabled").as_bool());
    EXPECT_EQ(call("iot", "PATCH", "/rules/r", body("SELECT 1 AS one FROM 'b'")).status, 200u);
    EXPECT_EQ(text(get("r").at("rule").at("sql")), "SELECT 1 AS one FROM 'b'");
    expect_refused(call("iot", "PATCH", "/rules/r", body("SELECT")), 400, "SqlParseException");
    EXPECT_EQ(call("iot", "DELETE", "/rules/r").status, 200u);
    expect_refused(call("iot", "GET", "/rules/r"), 401, "UnauthorizedException");
}

TEST_F(TopicRuleOperationsTest, RulesAreListed) {
    for (const char* name : {"a", "b", "c"}) {
        ASSERT_EQ(create(name, body("SELECT * FROM '" + std::string(name) + "/+'",
                                    *name == 'c' ? R"(,"ruleDisabled":true)" : ""))
                      .status,
                  200u);
    }
    const json::value first = parsed(call("iot", "GET", "/rules?maxResults=2"));
    EXPECT_THAT(names_of(first), ElementsAre("a", "b"));
    const std::string token = text(first.at("nextToken"));
    const json::value rest =
        parsed(call("iot", "GET", "/rules?maxResults=2&nextToken=" + percent_encode(token)));
    EXPECT_THAT(names_of(rest), ElementsAre("c"));
    EXPECT_FALSE(rest.as_object().contains("nextToken"));
    EXPECT_EQ(text(rest.at("rules").at(0).at("topicPattern")), "c/+");
    EXPECT_THAT(names_of(parsed(call("iot", "GET", "/rules?topic=b%2Fx"))), ElementsAre("b"));
    EXPECT_THAT(names_of(parsed(call("iot", "GET", "/rules?ruleDisabled=true"))), ElementsAre("c"));
    EXPECT_THAT(names_of(parsed(call("iot", "GET", "/rules?ruleDisabled=false"))),
                UnorderedElementsAre("a", "b"));
    expect_refused(call("iot", "GET", "/rules?maxResults=0"), 400, "InvalidRequestException");
}

}  // namespace
}  // namespace gatehouse::api
