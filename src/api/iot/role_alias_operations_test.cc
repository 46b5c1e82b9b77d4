// CreateRoleAlias and what comes after it.
#include "api/iot/iot_fixture.h"

namespace gatehouse::api {
namespace {

constexpr const char* reader_role = "arn:aws:iam::123456789012:role/reader";

class RoleAliasOperations : public IotFixture {
protected:
    net::HttpResponse create(const std::string& name, const json::object& more = {}) {
        json::object body{{"roleArn", reader_role}};
        for (const auto& [key, value] : more) body[key] = value;
        return call("iot", "POST", "/role-aliases/" + name, to_text(body));
    }
    json::value described(const std::string& name) {
        return parsed(call("iot", "GET", "/role-aliases/" + name)).at("roleAliasDescription");
    }
};

TEST_F(RoleAliasOperations, AnAliasLife) {
    const std::string arn = "arn:aws:iot:us-east-1:123456789012:rolealias/Reader";
    const auto made = parsed(create("Reader", {{"credentialDurationSeconds", 900}}));
    EXPECT_EQ(text(made.at("roleAlias")), "Reader");
    EXPECT_EQ(text(made.at("roleAliasArn")), arn);
    auto found = described("Reader");
    EXPECT_EQ(text(found.at("roleAliasArn")), arn);
    EXPECT_EQ(text(found.at("roleArn")), reader_role);
    EXPECT_EQ(text(found.at("owner")), "123456789012");
    EXPECT_EQ(found.at("credentialDurationSeconds"), 900);
    EXPECT_TRUE(found.as_object().contains("creationDate"));
    EXPECT_TRUE(found.as_object().contains("lastModifiedDate"));
    const std::string writer_role = "arn:aws:iam::123456789012:role/service/writer";
    const auto changed = parsed(call("iot", "PUT", "/role-aliases/Reader",
                                     to_text(json::object{{"roleArn", writer_role}})));
    EXPECT_EQ(text(changed.at("roleAliasArn")), arn);
    found = described("Reader");
    EXPECT_EQ(text(found.at("roleArn")), writer_role);
    EXPECT_EQ(found.at("credentialDurationSeconds"), 900) << "as it was";
    parsed(call("iot", "DELETE", "/role-aliases/Reader"));
    expect_refused(call("iot", "GET", "/role-aliases/Reader"), 404, "ResourceNotFoundException");
    expect_refused(call("iot", "DELETE", "/role-aliases/Reader"), 404, "ResourceNotFoundException");
    expect_refused(call("iot", "PUT", "/role-aliases/Reader", "{}"), 404,
                   "ResourceNotFoundException");
}

TEST_F(RoleAliasOperations, WhatIsRefused) {
    parsed(create("Reader"));
    EXPECT_EQ(described("Reader").at("credentialDurationSeconds"), 3600);
    const auto again = create("Reader");
    expect_refused(again, 409, "ResourceAlreadyExistsException");
    EXPECT_EQ(text(parse_json(again.body, "")->at("resourceId")), "Reader");
    for (const char* role :
         {"arn:aws:iam::123456789012:user/reader", "arn:aws:iot:us-east-1:123456789012:thing/a",
          "not the ARN of a role"}) {
        expect_refused(create("Other", {{"roleArn", role}}), 400, "InvalidRequestException");
    }
    for (const int seconds : {899, 43'201}) {
        expect_refused(create("Other", {{"credentialDurationSeconds", seconds}}), 400,
                       "InvalidRequestException");
    }
    expect_refused(
        call("iot", "POST", "/role-aliases/a%20b", to_text(json::object{{"roleArn", reader_role}})),
        400, "InvalidRequestException");
}

TEST_F(RoleAliasOperations, AreListedAndTagged) {
    parsed(create("B", {{"tags", json::array{json::object{{"Key", "k"}, {"Value", "v"}}}}}));
    parsed(create("A"));
    const auto first = parsed(call("iot", "GET", "/role-aliases?pageSize=1"));
    EXPECT_EQ(to_text(first.at("roleAliases")), R"(["A"])");
    const auto second = parsed(
        call("iot", "GET",
             "/role-aliases?pageSize=1&marker=" + percent_encode(text(first.at("nextMarker")))));
    EXPECT_EQ(to_text(second.at("roleAliases")), R"(["B"])");
    EXPECT_FALSE(second.as_object().contains("nextMarker"));
    EXPECT_EQ(
        to_text(
            parsed(call("iot", "GET", "/role-aliases?isAscendingOrder=false")).at("roleAliases")),
        R"(["B","A"])");
    const std::string arn = "arn:aws:iot:us-east-1:123456789012:rolealias/B";
    EXPECT_EQ(parsed(call("iot", "GET", "/tags?resourceArn=" + percent_encode(arn)))
                  .at("tags")
                  .as_array()
                  .size(),
              1u);
}

}  // namespace
}  // namespace gatehouse::api
