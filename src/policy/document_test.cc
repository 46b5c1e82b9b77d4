#include "policy/document.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::policy {
namespace {

using testing::HasSubstr;

Error error_of(std::string_view text, Dialect dialect = Dialect::IotPolicy) {
    const auto document = parse_document(text, dialect);
    EXPECT_FALSE(document.has_value()) << text;
    return document ? Error{} : document.error();
}

// A document with one statement that has these further members.
std::string with_statement(std::string_view members) {
    return fmt::format(R"({{"Version":"2012-10-17","Statement":[{{{}}}]}})", members);
}

constexpr std::string_view good_members =
    R"("Effect":"Allow","Action":"iot:Publish","Resource":"arn:aws:iot:us-east-1:123456789012:topic/a")";

TEST(Document, ReadsEveryElement) {
    const auto document = parse_document(R"({
        "Version": "2012-10-17", "Id": "doc",
        "Statement": {
            "Sid": "One", "Effect": "Deny", "NotAction": ["iot:Connect", "iot:Get*"],
            "NotResource": "arn:aws:iot:us-east-1:123456789012:topic/${iot:ClientId}/*",
            "Condition": {
                "ForAnyValue:StringLikeIfExists": {"iot:ConnectAttributes": ["Persist*"]},
                "Bool": {"iot:Connection.Thing.IsAttached": true}
            }}})",
                                         Dialect::IotPolicy);
    ASSERT_TRUE(document.has_value()) << document.error().describe();
    EXPECT_EQ(document->version, Version::V2012);
    EXPECT_EQ(document->id, "doc");
    ASSERT_EQ(document->statements.size(), 1U);
    const Statement& statement = document->statements.front();
    EXPECT_EQ(statement.sid, "One");
    EXPECT_EQ(statement.effect, Effect::Deny);
    EXPECT_EQ(statement.action_listing, Listing::AllBut);
    EXPECT_EQ(statement.actions, (std::vector<std::string>{"iot:Connect", "iot:Get*"}));
    EXPECT_EQ(statement.resource_listing, Listing::AllBut);
    ASSERT_EQ(statement.conditions.size(), 2U);
    EXPECT_EQ(statement.conditions[0].op.quantifier, Quantifier::Any);
    EXPECT_EQ(statement.conditions[0].op.when_absent, WhenAbsent::Pass);
    EXPECT_EQ(statement.conditions[1].values.front().text(), "true");
}

TEST(Document, WithoutAVersionItIsTheOldOneWithoutVariables) {
    const auto document = parse_document(
        R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:iot:::topic/${a}"}})",
        Dialect::IotPolicy);
    ASSERT_TRUE(document.has_value());
    EXPECT_EQ(document->version, Version::V2008);
    EXPECT_TRUE(document->statements[0].resources[0].variables().empty());
}

TEST(Document, ErrorsSayWhereAndWhatWasMeant) {
    struct Case {
        std::string text;
        std::string_view field;
        std::string_view message;
    };
    const std::string action = R"("Effect":"Allow","Resource":"*","Action":)";
    const std::vector<Case> cases{
        {"[]", "", "an object, not an array"},
        {R"({"Version":"2012-10-17"})", "", "no Statement element"},
        {R"({"Version":"2012-10-18","Statement":[]})", "Version", "\"2012-10-17\""},
        {R"({"statement":[]})", "statement", "did you mean Statement?"},
        {R"({"Statement":[]})", "Statement", "no statement"},
        {R"({"Statement":["x"]})", "Statement[0]", "an object, not a string"},
        {with_statement(R"("effect":"Allow")"), "Statement[0].effect", "did you mean Effect?"},
        {with_statement(R"("Effect":"allow")"), "Statement[0].Effect", "case counts"},
        {with_statement(R"("Action":"iot:Publish","Resource":"*")"), "Statement[0]", "no Effect"},
        {with_statement(R"("Effect":"Allow","Resource":"*")"), "Statement[0]", "no Action"},
        {with_statement(R"("Effect":"Allow","Action":"*")"), "Statement[0]", "no Resource"},
        {with_statement(action + R"("Publish")"), "Statement[0].Action", "service:Action"},
        {with_statement(action + R"([])"), "Statement[0].Action", "lists nothing"},
        {with_statement(action + R"(["iot:*", 7])"), "Statement[0].Action[1]", "not a number"},
        {with_statement(action + R"("*","NotAction":"*")"), "Statement[0]", "both"},
        {with_statement(R"("Effect":"Allow","Action":"*","Resource":"topic/a")"),
         "Statement[0].Resource", "ARN"},
        {with_statement(action + R"("*","Principal":"*")"), "Statement[0].Principal",
         "attached to"},
        {with_statement(action + R"("*","Condition":{"StringEqual":{"a":"b"}})"),
         "Statement[0].Condition.StringEqual", "did you mean StringEquals?"},
        {with_statement(action + R"("*","Condition":{"ForAllValue:StringEquals":{"a":"b"}})"),
         "Statement[0].Condition.ForAllValue:StringEquals", "written ForAllValues:"},
        {with_statement(action + R"("*","Condition":{"NullIfExists":{"a":"b"}})"),
         "Statement[0].Condition.NullIfExists", "neither"},
        {with_statement(action + R"("*","Condition":{"Bool":{"a":{}}})"),
         "Statement[0].Condition.Bool.a", "must be a string"},
        {with_statement(std::string(good_members) + R"(,"Effect":"Deny")"), "Statement[0].Effect",
         "twice"},
    };
    for (const Case& each : cases) {
        const Error error = error_of(each.text);
        EXPECT_EQ(error.place.field, each.field) << each.text;
        EXPECT_THAT(error.message, HasSubstr(each.message)) << each.text;
        EXPECT_EQ(error.kind, ErrorKind::InvalidInput);
        EXPECT_GT(error.place.line, 0U) << each.text;
    }
}

TEST(Document, ErrorsKnowLineAndColumn) {
    const Error error = error_of("{\n  \"Statement\": [\n    {\"Effect\": \"Permit\"}\n  ]\n}");
    EXPECT_EQ(error.place.line, 3U);
    EXPECT_EQ(error.place.column, 16U);
    const Error syntax = error_of("{\n  \"Statement\" [\n");
    EXPECT_EQ(syntax.place.line, 2U);
}

TEST(Document, TwoStatementsMayNotShareASid) {
    const std::string statement = R"({"Sid":"A","Effect":"Allow","Action":"*","Resource":"*"})";
    const Error error = error_of(fmt::format(R"({{"Statement":[{},{}]}})", statement, statement));
    EXPECT_EQ(error.place.field, "Statement[1].Sid");
}

// AWS IoT Core API Reference, CreatePolicy: 2048 characters, white space not counted.
TEST(Document, SizeCountsEverythingButWhiteSpace) {
    const std::string head = R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"arn:)";
    const std::string tail = R"("}})";
    const std::size_t room = 2048 - head.size() - tail.size();
    const std::string blanks(5000, ' ');
    EXPECT_TRUE(parse_document(head + std::string(room, 'x') + tail + blanks, Dialect::IotPolicy));
    const Error error = error_of(head + std::string(room + 1, 'x') + tail);
    EXPECT_EQ(error.kind, ErrorKind::TooLarge);
    EXPECT_THAT(error.message, HasSubstr("2049"));
    EXPECT_EQ(error_of(std::string(404'601, ' ')).kind, ErrorKind::TooLarge);
    EXPECT_THAT(error_of("  ").message, HasSubstr("empty"));
    EXPECT_EQ(counted_characters("a \t\r\n\xC3\xA9"), 2U);
}

TEST(Document, AtMostTenTogether) {
    const std::vector<std::string> texts(11, with_statement(good_members));
    EXPECT_TRUE(parse_documents(std::span(texts).first(10), Dialect::IotPolicy));
    EXPECT_EQ(parse_documents(texts, Dialect::IotPolicy).error().kind, ErrorKind::LimitExceeded);
    const std::vector<std::string> second_bad{with_statement(good_members), "{}"};
    EXPECT_THAT(parse_documents(second_bad, Dialect::IotPolicy).error().message,
                HasSubstr("policy document 2"));
}

TEST(Document, ResourcePoliciesNeedAPrincipal) {
    EXPECT_THAT(error_of(with_statement(good_members), Dialect::ResourcePolicy).message,
                HasSubstr("no Principal"));
    const auto with_principal = [&](std::string_view principal) {
        return with_statement(fmt::format("{},\"Principal\":{}", good_members, principal));
    };
    const auto parsed =
        parse_document(with_principal(R"({"Service":"iot.amazonaws.com","AWS":["123456789012"]})"),
                       Dialect::ResourcePolicy);
    ASSERT_TRUE(parsed.has_value());
    EXPECT_EQ(parsed->statements[0].principal->services.front(), "iot.amazonaws.com");
    EXPECT_TRUE(parse_document(with_principal("\"*\""), Dialect::ResourcePolicy)
                    ->statements[0]
                    .principal->anyone);
    EXPECT_THAT(error_of(with_principal(R"({"service":"x"})"), Dialect::ResourcePolicy).message,
                HasSubstr("did you mean Service?"));
}

TEST(Document, WritesWhatItRead) {
    const std::string text =
        R"({"Version":"2012-10-17","Id":"default","Statement":[{"Sid":"s","Effect":"Allow",)"
        R"("Principal":{"Service":"iot.amazonaws.com"},"Action":"lambda:InvokeFunction",)"
        R"("Resource":"arn:aws:lambda:us-east-1:123456789012:function:f",)"
        R"("Condition":{"ArnLike":{"AWS:SourceArn":"arn:aws:iot:us-east-1:123456789012:*"}}}]})";
    const auto document = parse_document(text, Dialect::ResourcePolicy);
    ASSERT_TRUE(document.has_value()) << document.error().describe();
    EXPECT_EQ(to_json_text(*document), text);
}

TEST(Document, TrustPoliciesNamePrincipalsAndNoResource) {
    const auto trust = parse_document(
        R"({"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"*"}}})",
        Dialect::TrustPolicy);
    ASSERT_TRUE(trust) << trust.error().describe();
    EXPECT_EQ(trust->statements.at(0).resources.at(0).text(), "*");
    EXPECT_FALSE(parse_document(
        R"({"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*",
            "Principal":{"AWS":"*"}}})",
        Dialect::TrustPolicy));
    EXPECT_FALSE(parse_document(R"({"Statement":{"Effect":"Allow","Action":"sts:AssumeRole"}})",
                                Dialect::TrustPolicy));
}

}  // namespace
}  // namespace gatehouse::policy
