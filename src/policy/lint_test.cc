#include "policy/lint.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::policy {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::string_view connect =
    R"({"Effect":"Allow","Action":"iot:Connect","Resource":"arn:aws:iot:*:*:client/pump"})";

std::vector<Finding> findings_of(std::vector<std::string> statements,
                                 Admission admission = Admission::Any,
                                 std::string_view version = R"("Version":"2012-10-17",)") {
    auto document = parse_document(
        fmt::format(R"({{{}"Statement":[{}]}})", version, fmt::join(statements, ",")),
        Dialect::IotPolicy);
    EXPECT_TRUE(document.has_value()) << document.error().describe();
    const std::vector<PolicySource> sources{
        {"p", std::make_shared<const Document>(std::move(*document))}};
    return lint(sources, admission);
}

std::string allow(std::string_view action, std::string_view resource,
                  std::string_view effect = "Allow") {
    return fmt::format(
        R"({{"Effect":"{}","Action":["{}"],"Resource":["arn:aws:iot:us-east-1:*:{}"]}})", effect,
        action, resource);
}

std::vector<std::string_view> codes(const std::vector<Finding>& findings) {
    std::vector<std::string_view> names;
    for (const Finding& finding : findings) names.push_back(name_of_choice(finding.code));
    return names;
}

TEST(Lint, GoodPoliciesHaveNoFindings) {
    EXPECT_THAT(codes(findings_of({std::string(connect), allow("iot:Publish", "topic/pump/*"),
                                   allow("iot:Receive", "topic/pump/*"),
                                   allow("iot:Subscribe", "topicfilter/pump/*")})),
                IsEmpty());
}

TEST(Lint, TopicAndTopicfilterMixedUp) {
    const auto subscribe = findings_of(
        {std::string(connect), allow("iot:Publish", "topic/b"), allow("iot:Subscribe", "topic/a")});
    EXPECT_THAT(codes(subscribe), ElementsAre("wrong-resource-type"));
    EXPECT_EQ(subscribe[0].severity, Severity::Error);
    EXPECT_EQ(subscribe[0].where.statement, 2U);
    EXPECT_THAT(subscribe[0].fix, HasSubstr("topicfilter/ instead of topic/"));
    EXPECT_THAT(codes(findings_of({std::string(connect), allow("iot:Publish", "topicfilter/a")})),
                ElementsAre("wrong-resource-type"));
    EXPECT_THAT(codes(findings_of({allow("iot:Connect", "topic/a")})),
                ElementsAre("wrong-resource-type"));
    EXPECT_THAT(codes(findings_of({std::string(connect), allow("iot:*", "topic/a")})),
                ElementsAre("receive-without-subscribe"));
}

TEST(Lint, ActionsOfOneStatementMixedUp) {
    const auto both = findings_of(
        {std::string(connect), allow(R"(iot:Publish","iot:Subscribe)", "topic/pump/*")});
    ASSERT_THAT(codes(both), ElementsAre("wrong-resource-type"));
    EXPECT_THAT(both[0].sentence, HasSubstr("iot:Subscribe is never checked against topic/"));
    // The resource that is there belongs to iot:Publish.
    EXPECT_THAT(both[0].fix, HasSubstr("Add a resource topicfilter/"));
    EXPECT_THAT(codes(findings_of({std::string(connect),
                                   allow(R"(iot:Publish","iot:Subscribe)", "topicfilter/pump/*")})),
                ElementsAre("wrong-resource-type", "subscribe-without-receive"));
    // What is never allowed is no partner of the others.
    EXPECT_THAT(codes(findings_of({std::string(connect),
                                   allow(R"(iot:Subscribe","iot:Receive)", "topic/pump/*")})),
                ElementsAre("wrong-resource-type", "receive-without-subscribe"));
    EXPECT_THAT(codes(findings_of(
                    {std::string(connect), allow(R"(iot:Publish","iot:Subscribe","iot:Receive)",
                                                 R"(topic/a","arn:aws:iot:*:*:topicfilter/a)")})),
                IsEmpty());
}

TEST(Lint, AnActionThatAnotherStatementAllowsIsNotSaidToBeNeverAllowed) {
    const auto findings =
        findings_of({allow(R"(iot:Connect","iot:Publish)", "topic/a"), std::string(connect)});
    ASSERT_THAT(codes(findings), ElementsAre("wrong-resource-type"));
    EXPECT_THAT(findings[0].sentence, HasSubstr("this statement never allows it"));
    EXPECT_THAT(findings[0].fix, HasSubstr("Add a resource client/"));
    const auto denied = findings_of({std::string(connect), allow("iot:Publish", "topic/a"),
                                     allow(R"(iot:Subscribe","iot:Publish)", "topic/a/b", "Deny")});
    ASSERT_THAT(codes(denied), ElementsAre("wrong-resource-type"));
    EXPECT_THAT(denied[0].sentence, HasSubstr("this statement never denies it"));
    const auto listed = findings_of(
        {std::string(connect), allow(R"(iot:Publish","iot:ListRetainedMessages)", "topic/a")});
    ASSERT_THAT(codes(listed), ElementsAre("wrong-resource-type"));
    EXPECT_THAT(listed[0].fix, HasSubstr(R"(Add the resource "*")"));
}

TEST(Lint, OneMistakeIsToldOnceHoweverItIsSpelled) {
    EXPECT_THAT(codes(findings_of({std::string(connect),
                                   allow(R"(IOT:publish","iot:publish)", "topicfilter/a")})),
                ElementsAre("wrong-resource-type"));
    EXPECT_THAT(
        codes(findings_of({std::string(connect), allow("iot:Publish", "topic/a"),
                           allow(R"(iot:Publish","IOT:receive","iot:Receive)", "topicfilter/a")})),
        ElementsAre("wrong-resource-type", "wrong-resource-type"));
}

TEST(Lint, MqttWildcardsInTopics) {
    EXPECT_THAT(codes(findings_of({std::string(connect), allow("iot:Publish", "topic/a/#")})),
                ElementsAre("mqtt-wildcard-in-topic"));
}

TEST(Lint, HeadsOfArnsThatNoRequestHas) {
    const auto told = [](std::string_view arn) {
        const auto findings = findings_of(
            {fmt::format(R"({{"Effect":"Allow","Action":"iot:Publish","Resource":"{}"}})", arn)});
        const auto never = std::ranges::find(findings, LintCode::NeverMatches, &Finding::code);
        return never == findings.end() ? std::string() : never->sentence;
    };
    EXPECT_THAT(told("arn:aws:iot:us-east-1::topic/a"), HasSubstr("its account is empty"));
    EXPECT_THAT(told("arn:aws:iot:::topic/a"), HasSubstr("its region is empty"));
    EXPECT_THAT(told("arn:aws-cn:iot:us-east-1:1:topic/a"), HasSubstr("'aws-cn'"));
    EXPECT_EQ(told("arn:aws:iot:*:*:topic/a"), "");
    EXPECT_EQ(told("arn:*:iot:us-east-1:123456789012:topic/a"), "");
}

TEST(Lint, Variables) {
    const auto misspelt =
        findings_of({std::string(connect), allow("iot:Publish", "topic/${iot:ClientID1}")});
    EXPECT_THAT(codes(misspelt), ElementsAre("unknown-variable"));
    EXPECT_THAT(misspelt[0].fix, HasSubstr("did you mean iot:ClientId?"));

    const std::string thing = allow("iot:Publish", "topic/${iot:Connection.Thing.ThingName}");
    EXPECT_THAT(codes(findings_of({std::string(connect), thing})), IsEmpty());
    EXPECT_THAT(codes(findings_of({std::string(connect), thing}, Admission::CustomAuthorizer)),
                ElementsAre("unresolvable-variable"));
    EXPECT_THAT(
        codes(findings_of({std::string(connect), allow("iot:Publish", "topic/${iot:ClientId}")},
                          Admission::Any, "")),
        ElementsAre("missing-version", "variable-needs-version"));
    EXPECT_THAT(
        codes(findings_of(
            {std::string(connect),
             R"({"Effect":"Allow","Action":"iot:Publish","NotResource":"arn:aws:iot:*:*:topic/${x}"})"})),
        ElementsAre("unknown-variable", "not-resource-variable"));

    const auto of_users =
        findings_of({std::string(connect), allow("iot:Publish", "topic/${aws:username}")});
    ASSERT_THAT(codes(of_users), ElementsAre("unresolvable-variable"));
    EXPECT_THAT(of_users[0].sentence, HasSubstr("no device's request carries it"));
    EXPECT_THAT(codes(findings_of({std::string(connect), allow("iot:Publish", "topic/a"),
                                   R"({"Effect":"Deny","Action":"iot:Publish",)"
                                   R"("NotResource":"arn:aws:iot:*:*:topic/${aws:userid}"})"})),
                ElementsAre("unresolvable-variable", "not-resource-variable"));
}

TEST(Lint, ExceptionsByAVariableWithoutAValue) {
    const auto findings_with = [](std::string_view effect, std::string_view rest) {
        return findings_of(
            {std::string(connect), allow("iot:Publish", "topic/a"),
             fmt::format(R"({{"Effect":"{}","Action":"iot:Publish",{}}})", effect, rest)},
            Admission::CustomAuthorizer);
    };
    constexpr std::string_view not_resource =
        R"("NotResource":"arn:aws:iot:*:*:topic/${iot:Connection.Thing.ThingName}")";
    const auto left_out = findings_with("Allow", not_resource);
    ASSERT_THAT(codes(left_out), ElementsAre("unresolvable-variable", "not-resource-variable"));
    EXPECT_THAT(left_out[1].sentence, HasSubstr("nothing out of what the statement allows"));
    EXPECT_THAT(findings_with("Deny", not_resource)[1].sentence,
                HasSubstr("nothing out of what the statement denies"));

    const auto condition = [](std::string_view op) {
        return fmt::format(
            R"("Resource":"*","Condition":{{"{}":{{"iot:ClientId":"${{iot:Thing.ThingName}}"}}}})",
            op);
    };
    const auto negated = findings_with("Allow", condition("StringNotEquals"));
    ASSERT_THAT(codes(negated), ElementsAre("unresolvable-variable", "negated-variable"));
    EXPECT_EQ(negated[1].severity, Severity::Warning);
    EXPECT_THAT(negated[1].sentence, HasSubstr("this StringNotEquals does not except it"));
    EXPECT_THAT(findings_with("Deny", condition("ArnNotLike"))[1].sentence,
                HasSubstr("this ArnNotLike does not except it"));
    EXPECT_THAT(codes(findings_with("Allow", condition("StringEquals"))),
                ElementsAre("unresolvable-variable"));
    // The variable is the condition's, not the NotResource's.
    EXPECT_THAT(
        codes(findings_with(
            "Allow",
            R"("NotResource":"arn:aws:iot:*:*:topic/b","Condition":{"StringEquals":{"iot:ClientId":"${x}"}})")),
        ElementsAre("unknown-variable"));
}

TEST(Lint, ConditionKeysAndActions) {
    EXPECT_THAT(
        codes(findings_of(
            {R"({"Effect":"Allow","Action":"iot:Connect","Resource":"*","Condition":{"Bool":{"iot:Connection.Thing.IsAttach":"true"}}})"})),
        ElementsAre("unknown-condition-key"));
    const auto action = findings_of({std::string(connect), allow("iot:Pubish", "topic/a")});
    EXPECT_THAT(codes(action), ElementsAre("unknown-action"));
    EXPECT_THAT(action[0].fix, HasSubstr("iot:Publish"));
}

std::vector<Finding> findings_of_condition(std::string_view condition,
                                           std::string_view action = "iot:Connect",
                                           Admission admission = Admission::Any) {
    return findings_of(
        {fmt::format(R"({{"Effect":"Allow","Action":"{}","Resource":"*","Condition":{{{}}}}})",
                     action, condition)},
        admission);
}

TEST(Lint, ConditionKeysThatNoDeviceCarries) {
    EXPECT_THAT(codes(findings_of_condition(R"("StringEquals":{"aws:UserAgent":"x"})")),
                ElementsAre("unknown-condition-key"));
    EXPECT_THAT(codes(findings_of_condition(R"("Bool":{"aws:SecureTransport":"true"},
        "DateGreaterThan":{"aws:CurrentTime":"2026-01-01T00:00:00Z"},
        "NumericLessThan":{"aws:EpochTime":"1767225600"},
        "IpAddress":{"aws:SourceIp":"10.0.0.0/8"})")),
                IsEmpty());
    constexpr std::string_view attributes =
        R"("ForAnyValue:StringEquals":{"iot:ConnectAttributes":"LastWill"})";
    EXPECT_THAT(codes(findings_of_condition(attributes)), IsEmpty());
    EXPECT_THAT(codes(findings_of_condition(attributes, R"(iot:GetRetainedMessage)")),
                ElementsAre("unknown-condition-key"));
    constexpr std::string_view certificate = R"("Null":{"iot:CertificateId":"false"})";
    EXPECT_THAT(codes(findings_of_condition(certificate)), IsEmpty());
    EXPECT_THAT(
        codes(findings_of_condition(certificate, "iot:Connect", Admission::CustomAuthorizer)),
        ElementsAre("unresolvable-variable"));
}

TEST(Lint, ConditionKeysThatMayBeAbsentOnPurpose) {
    const auto of_users = [](std::string_view condition) {
        return codes(findings_of_condition(condition, "iot:Connect", Admission::CustomAuthorizer));
    };
    for (const std::string_view condition :
         {R"("Null":{"iot:Certificate.Subject.CommonName":"True"})",
          R"("StringEqualsIfExists":{"iot:CertificateId":"a"})",
          R"("ForAllValues:StringEquals":{"iot:Certificate.AvailableKeys":"a"})"}) {
        EXPECT_THAT(of_users(condition), IsEmpty()) << condition;
    }
    EXPECT_THAT(of_users(R"("StringNotEquals":{"iot:CertificateId":"a"})"),
                ElementsAre("unresolvable-variable"));
}

TEST(Lint, ValuesThatNeverMatch) {
    for (const std::string_view condition :
         {R"("IpAddress":{"aws:SourceIp":"bogus"})",
          R"("IpAddress":{"aws:SourceIp":"10.0.0.0/33"})",
          R"("Bool":{"aws:SecureTransport":"ture"})", R"("Null":{"iot:DomainName":"no"})",
          R"("NumericEquals":{"aws:EpochTime":"abc"})",
          R"("DateLessThan":{"aws:CurrentTime":"tomorrow"})",
          R"("ArnLike":{"iot:LastWillTopic":"arn:aws:iot:*:topic/a"})"}) {
        const auto findings = findings_of_condition(condition);
        EXPECT_THAT(codes(findings), ElementsAre("never-matches")) << condition;
    }
    EXPECT_THAT(codes(findings_of_condition(R"("ArnLike":{"iot:LastWillTopic":"*"},
        "NotIpAddress":{"aws:SourceIp":["::1","${aws:SourceIp}"]})")),
                IsEmpty());
    const auto shape = findings_of({std::string(connect), allow("iot:Publish", "topic:x")});
    ASSERT_THAT(codes(shape), ElementsAre("never-matches"));
    EXPECT_THAT(shape[0].fix, HasSubstr("topic/NAME"));
    EXPECT_THAT(
        codes(findings_of({std::string(connect), allow("iot:Publish", "topic/${iot:ClientId")})),
        ElementsAre("unknown-variable"));
    EXPECT_THAT(codes(findings_of(
                    {std::string(connect), allow("iot:Publish", "topic/${aws:CurrentTime}")})),
                ElementsAre("unresolvable-variable"));
}

TEST(Lint, SpoofableClientIds) {
    const auto findings =
        findings_of({allow("iot:Connect", "client/*"), allow("iot:Receive", "topic/a"),
                     allow("iot:Subscribe", "topicfilter/${iot:ClientId}/*")});
    EXPECT_THAT(codes(findings), ElementsAre("spoofable-client-id", "client-id-as-wildcard"));
    // Comparing the client id to itself keeps nobody out.
    EXPECT_THAT(codes(findings_of({allow("iot:Connect", "client/${iot:ClientId}"),
                                   allow("iot:Publish", "topic/${iot:ClientId}")})),
                ElementsAre("spoofable-client-id"));
    EXPECT_THAT(codes(findings_of({allow("iot:Connect", "client/pump"),
                                   allow("iot:Publish", "topic/${iot:ClientId}")})),
                IsEmpty());
}

// An action that is checked against client/ lets nobody in by a topic/ of its statement.
TEST(Lint, ResourcesOfOtherActionsAreNoClientIds) {
    EXPECT_THAT(
        codes(findings_of({allow(R"(iot:Connect","iot:Publish)",
                                 R"(client/dev1","arn:aws:iot:*:*:topic/${iot:ClientId})")})),
        IsEmpty());
    EXPECT_THAT(codes(findings_of({allow("iot:Connect", "client/*"),
                                   allow("iot:Connect", "topic/${iot:ClientId}")})),
                Not(Contains("spoofable-client-id")));
}

TEST(Lint, MissingPartners) {
    EXPECT_THAT(codes(findings_of({std::string(connect), allow("iot:Subscribe", "topicfilter/a")})),
                ElementsAre("subscribe-without-receive"));
    EXPECT_THAT(codes(findings_of({std::string(connect), allow("iot:Receive", "topic/a")})),
                ElementsAre("receive-without-subscribe"));
    EXPECT_THAT(codes(findings_of({allow("iot:Publish", "topic/a")})), ElementsAre("no-connect"));
}

// AWS IoT Developer Guide, "Publish/Subscribe policy examples": a denied filter does not stop a
// wider one.
TEST(Lint, DeniedSubscriptionsThatWildcardsPass) {
    const std::vector<std::string> open{std::string(connect), allow("iot:Receive", "topic/a/*"),
                                        allow("iot:Subscribe", "topicfilter/a/*"),
                                        allow("iot:Subscribe", "topicfilter/a/secret/*", "Deny")};
    const auto findings = findings_of(open);
    EXPECT_THAT(codes(findings), ElementsAre("deny-subscribe-bypassed"));
    EXPECT_THAT(findings[0].fix, HasSubstr("topic/a/secret/*"));
    auto closed = open;
    closed.push_back(allow("iot:Receive", "topic/a/secret/*", "Deny"));
    EXPECT_THAT(codes(findings_of(closed)), IsEmpty());
}

TEST(Lint, OnlyFiltersPassADeniedSubscription) {
    const std::string everything =
        allow(R"(iot:Subscribe","iot:Receive","iot:Publish","iot:Connect)",
              R"(topicfilter/a/b","arn:aws:iot:*:*:topic/*","arn:aws:iot:*:*:client/dev1)");
    EXPECT_THAT(
        codes(findings_of({everything, allow("iot:Subscribe", "topicfilter/secret/x", "Deny")})),
        IsEmpty());
    // Nor does the denial of a filter keep back what is received.
    EXPECT_THAT(codes(findings_of(
                    {std::string(connect), allow("iot:Receive", "topic/a/*"),
                     allow("iot:Subscribe", "topicfilter/a/*"),
                     allow(R"(iot:Subscribe","iot:Receive)", "topicfilter/a/secret", "Deny")})),
                Contains("deny-subscribe-bypassed"));
}

TEST(Lint, RedundantAndTooWide) {
    EXPECT_THAT(codes(findings_of({std::string(connect), allow("iot:Publish", "topic/a/*"),
                                   allow("iot:Publish", "topic/a/b")})),
                ElementsAre("redundant-statement"));
    EXPECT_THAT(codes(findings_of({std::string(connect), std::string(connect)})),
                ElementsAre("redundant-statement"));
    EXPECT_THAT(codes(findings_of({R"({"Effect":"Allow","Action":"iot:*","Resource":"*"})"})),
                ElementsAre("allows-everything"));
    EXPECT_THAT(codes(findings_of(
                    {R"({"Effect":"Allow","Action":"iot:Connect","Resource":"arn:aws:iot"})"})),
                Contains("never-matches"));
}

TEST(Lint, TextAndJsonCarryCodePlaceAndFix) {
    const auto findings = findings_of({allow("iot:Publish", "topic/a")});
    EXPECT_THAT(to_text(findings),
                HasSubstr("statement 1 of document 1 (p): warning: no-connect: nothing allows"));
    EXPECT_THAT(to_json(findings), HasSubstr(R"({"code":"no-connect","severity":"warning")"));
    EXPECT_EQ(to_text(std::span<const Finding>()), "");
}

}  // namespace
}  // namespace gatehouse::policy
