#include "api/wire/form.h"

#include <gtest/gtest.h>

#include "api/shapes/iam/create_user.h"
#include "api/shapes/iam/list_users.h"
#include "api/wire/service_model.h"
#include "api/wire/xml_writer.h"

namespace gatehouse::api::wire {
namespace {

std::string tree_of(std::string_view form) {
    const auto tree = form_tree(form_fields(form));
    return tree ? to_text(*tree) : tree.error().message;
}

TEST(Form, FieldsBecomeMembersAndLists) {
    EXPECT_EQ(tree_of("Action=A&Name=a+b%2Bc"), R"({"Action":"A","Name":"a b+c"})");
    EXPECT_EQ(tree_of("Tags.member.2.Key=b&Tags.member.10.Key=c&Tags.member.1.Key=a"),
              R"({"Tags":[{"Key":"a"},{"Key":"b"},{"Key":"c"}]})");
    EXPECT_EQ(tree_of("Names.member.1=x&Names.member.1=y"), R"({"Names":["x"]})");
    EXPECT_EQ(tree_of("Tags="), R"({"Tags":""})");
}

TEST(Form, WhatContradictsItselfIsRefused) {
    EXPECT_EQ(tree_of("A=1&A.B=2"), "the parameter 'A.B' is a structure, and a value elsewhere");
    EXPECT_EQ(tree_of("A.B=1&A=2"), "the parameter 'A' is a value, and a structure elsewhere");
    EXPECT_EQ(tree_of("A=%FF"), "the parameters of the request are not well-formed UTF-8");
    std::string deep = "A";
    for (int i = 0; i < 40; ++i) deep += ".A";
    EXPECT_NE(tree_of(deep + "=1").find("is nested too deep"), std::string::npos);
}

TEST(Form, RequestsAreDecodedAndChecked) {
    const Fields fields = form_fields("UserName=ann&Tags.member.1.Key=k&Tags.member.1.Value=");
    const auto made =
        iam::CreateUserShape::decode({.labels = {}, .query = fields, .headers = {}, .body = {}});
    ASSERT_TRUE(made) << made.error().error.message;
    EXPECT_EQ(made->user_name, "ann");
    EXPECT_EQ(made->tags->at(0).value, "");

    const Fields empty = form_fields("UserName=ann&Tags=");
    EXPECT_TRUE(
        iam::CreateUserShape::decode({.labels = {}, .query = empty, .headers = {}, .body = {}})
            ->tags->empty());
    const Fields pages = form_fields("MaxItems=12");
    EXPECT_EQ(iam::ListUsersShape::decode({.labels = {}, .query = pages, .headers = {}, .body = {}})
                  ->max_items,
              12);
    const Fields wrong = form_fields("MaxItems=1001");
    EXPECT_EQ(
        iam::ListUsersShape::decode({.labels = {}, .query = wrong, .headers = {}, .body = {}})
            .error()
            .error.message,
        "1 validation error detected: Value '1001' at 'maxItems' failed to satisfy constraint: "
        "Member must have value less than or equal to 1000");
}

TEST(Xml, AnswersNameTheOperationAndTheRequest) {
    iam::CreateUserResponse response;
    response.user.emplace().user_name = "a<&>\x01";
    const ResponseParts parts = iam::CreateUserShape::encode(response);
    EXPECT_EQ(parts.body,
              "<CreateUserResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\">"
              "<CreateUserResult><User><Path></Path><UserName>a&lt;&amp;&gt;\xEF\xBF\xBD</UserName>"
              "<UserId></UserId><Arn></Arn><CreateDate>1970-01-01T00:00:00.000Z</CreateDate></User>"
              "</CreateUserResult><ResponseMetadata><RequestId>");
    EXPECT_EQ(parts.after_request_id, "</RequestId></ResponseMetadata></CreateUserResponse>");
}

TEST(Xml, ErrorsSayWhoseFaultTheyAre) {
    const auto parts = encode_error(Protocol::Query, {"NoSuchEntity", 404}, "there is none");
    EXPECT_EQ(parts.status, 404U);
    EXPECT_EQ(parts.body + "id" + parts.after_request_id,
              "<ErrorResponse><Error><Type>Sender</Type><Code>NoSuchEntity</Code>"
              "<Message>there is none</Message></Error><RequestId>id</RequestId></ErrorResponse>");
}

}  // namespace
}  // namespace gatehouse::api::wire
