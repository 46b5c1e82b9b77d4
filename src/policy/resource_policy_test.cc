#include "policy/resource_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::policy {
namespace {

using testing::HasSubstr;

constexpr auto function = "arn:aws:lambda:us-east-1:123456789012:function:check";
constexpr auto authorizer = "arn:aws:iot:us-east-1:123456789012:authorizer/AutoCustom";

Permission iot_permission() {
    return {"iot",
            "lambda:InvokeFunction",
            "iot.amazonaws.com",
            function,
            authorizer,
            "123456789012",
            "",
            ""};
}

ServiceCall iot_call() {
    return {"iot.amazonaws.com", "lambda:InvokeFunction", function, authorizer, "123456789012"};
}

DocumentPointer with(const Permission& permission) {
    Document document = empty_function_policy();
    EXPECT_TRUE(add_permission(document, permission).has_value());
    return std::make_shared<const Document>(std::move(document));
}

TEST(ResourcePolicy, WritesStatementsInTheFormOfLambda) {
    Document document = empty_function_policy();
    const auto statement = add_permission(document, iot_permission());
    ASSERT_TRUE(statement.has_value());
    EXPECT_EQ(to_json_text(*statement),
              R"({"Sid":"iot","Effect":"Allow","Principal":{"Service":"iot.amazonaws.com"},)"
              R"("Action":"lambda:InvokeFunction",)"
              R"("Resource":"arn:aws:lambda:us-east-1:123456789012:function:check",)"
              R"("Condition":{"ArnLike":{"AWS:SourceArn":)"
              R"("arn:aws:iot:us-east-1:123456789012:authorizer/AutoCustom"},)"
              R"("StringEquals":{"AWS:SourceAccount":"123456789012"}}})");
    EXPECT_THAT(to_json_text(document), HasSubstr(R"("Version":"2012-10-17","Id":"default")"));
    const auto reread = parse_document(to_json_text(document), Dialect::ResourcePolicy);
    ASSERT_TRUE(reread.has_value()) << reread.error().describe();
    EXPECT_EQ(*reread, document);
}

TEST(ResourcePolicy, PrincipalsAreAccountsArnsServicesOrAnyone) {
    Permission permission = iot_permission();
    const auto principal = [&](std::string text) {
        permission.principal = std::move(text);
        Document document = empty_function_policy();
        return to_json_text(*add_permission(document, permission));
    };
    EXPECT_THAT(principal("123456789012"),
                HasSubstr(R"("Principal":{"AWS":"arn:aws:iam::123456789012:root"})"));
    EXPECT_THAT(principal("*"), HasSubstr(R"("Principal":"*")"));
    EXPECT_THAT(principal("arn:aws:iam::123456789012:user/a"), HasSubstr(R"({"AWS":"arn:)"));
}

TEST(ResourcePolicy, IdsAreUniqueAndRemovable) {
    Document document = empty_function_policy();
    ASSERT_TRUE(add_permission(document, iot_permission()));
    EXPECT_EQ(add_permission(document, iot_permission()).error().kind, ErrorKind::Conflict);
    EXPECT_EQ(remove_permission(document, "other").error().kind, ErrorKind::NotFound);
    EXPECT_TRUE(remove_permission(document, "iot"));
    EXPECT_TRUE(document.statements.empty());
}

TEST(ResourcePolicy, StaysUnderTwentyKilobytes) {
    Document document = empty_function_policy();
    Permission permission = iot_permission();
    Result<Statement> added = add_permission(document, permission);
    for (int i = 0; i < 100 && added; ++i) {
        permission.statement_id = "s" + std::to_string(i);
        added = add_permission(document, permission);
    }
    ASSERT_FALSE(added.has_value());
    EXPECT_EQ(added.error().kind, ErrorKind::LimitExceeded);
    EXPECT_LE(to_json_text(document).size(), 20'480U);
}

TEST(ResourcePolicy, AllowsTheServiceItNames) {
    EXPECT_TRUE(allows_service(with(iot_permission()), iot_call()).allowed());
}

TEST(ResourcePolicy, SaysWhatIsMissing) {
    const ServiceAnswer none = allows_service(nullptr, iot_call());
    EXPECT_FALSE(none.allowed());
    EXPECT_THAT(none.explanation.sentence, HasSubstr("no resource policy"));
    EXPECT_THAT(none.advice, HasSubstr("--principal iot.amazonaws.com"));

    Permission permission = iot_permission();
    permission.principal = "events.amazonaws.com";
    const ServiceAnswer other = allows_service(with(permission), iot_call());
    EXPECT_FALSE(other.allowed());
    EXPECT_EQ(other.explanation.nearest->differs[0].part, Difference::Principal);

    permission = iot_permission();
    permission.source_arn = "arn:aws:iot:us-east-1:123456789012:authorizer/Other";
    const ServiceAnswer source = allows_service(with(permission), iot_call());
    EXPECT_FALSE(source.allowed());
    EXPECT_EQ(source.explanation.nearest->differs[0].part, Difference::Condition);
    EXPECT_THAT(source.explanation.sentence, HasSubstr("authorizer/AutoCustom"));

    permission = iot_permission();
    permission.action = "lambda:GetFunction";
    EXPECT_EQ(allows_service(with(permission), iot_call()).explanation.nearest->differs[0].part,
              Difference::Action);
}

TEST(ResourcePolicy, AnAccountIsEveryoneInIt) {
    const Principal principal{false, {}, {"arn:aws:iam::123456789012:root"}, {}};
    EXPECT_TRUE(principal_matches(principal, {"", "arn:aws:iam::123456789012:user/a"}));
    EXPECT_FALSE(principal_matches(principal, {"", "arn:aws:iam::210987654321:user/a"}));
    const Principal user{false, {}, {"arn:aws:iam::123456789012:user/a"}, {}};
    EXPECT_TRUE(principal_matches(user, {"", "arn:aws:iam::123456789012:user/a"}));
    EXPECT_FALSE(principal_matches(user, {"", "arn:aws:iam::123456789012:user/b"}));
}

}  // namespace
}  // namespace gatehouse::policy
