#include "api/iot/iot_service.h"

#include <gtest/gtest.h>

#include "api/iot/iot_fixture.h"
#include "api/shapes/iot/model.h"
#include "base/json.h"

namespace gatehouse::api {
namespace {

struct IotServiceTest : IotFixture {
    net::HttpResponse create(const std::string& name) {
        return call("iot", "POST", "/authorizer/" + name, created);
    }

    static constexpr auto created = R"({"signingDisabled":true,"authorizerFunctionArn":
        "arn:aws:lambda:us-east-1:123456789012:function:authorize"})";
};

// DescribeAuthorizer after CreateAuthorizer and UpdateAuthorizer.
TEST_F(IotServiceTest, KeepsAnAuthorizer) {
    const auto answer = parsed(create("Auto"));
    EXPECT_EQ(answer.at("authorizerName"), "Auto");
    EXPECT_EQ(answer.at("authorizerArn"), "arn:aws:iot:us-east-1:123456789012:authorizer/Auto");

    auto found = parsed(call("iot", "GET", "/authorizer/Auto")).at("authorizerDescription");
    EXPECT_EQ(found.at("status"), "ACTIVE");
    EXPECT_EQ(found.at("signingDisabled"), true);
    EXPECT_EQ(found.at("creationDate").to_number<double>(),
              static_cast<double>(clock.wall_now().time_since_epoch().count()) / 1000);
    EXPECT_FALSE(found.as_object().contains("tokenKeyName"));

    parsed(call("iot", "PUT", "/authorizer/Auto", R"({"status":"INACTIVE"})"));
    found = parsed(call("iot", "GET", "/authorizer/Auto")).at("authorizerDescription");
    EXPECT_EQ(found.at("status"), "INACTIVE");
}

// CreateAuthorizer.
TEST_F(IotServiceTest, ATagKeyIsGivenOnce) {
    const auto create = [&](const std::string& tags) {
        return call("iot", "POST", "/authorizer/Tagged",
                    R"({"authorizerFunctionArn":)"
                    R"("arn:aws:lambda:us-east-1:123456789012:function:auth",)"
                    R"("signingDisabled":true,"tags":[)" +
                        tags + "]}");
    };
    const auto twice = create(R"({"Key":"a","Value":"1"},{"Key":"a","Value":"1"})");
    EXPECT_EQ(twice.status, 400u);
    EXPECT_EQ(error_type(twice), "InvalidRequestException");
    EXPECT_NE(twice.body.find("'a' is given more than once"), std::string::npos) << twice.body;
    EXPECT_EQ(create(R"({"Key":"a","Value":"1"},{"Key":"b","Value":"1"})").status, 200u);
}

// SetV2LoggingOptions, GetV2LoggingOptions.
TEST_F(IotServiceTest, KeepsLoggingOptions) {
    const auto before = call("iot", "GET", "/v2LoggingOptions");
    EXPECT_EQ(before.status, 404u);
    EXPECT_EQ(error_type(before), "NotConfiguredException");
    parsed(call("iot", "POST", "/v2LoggingOptions",
                R"({"roleArn":"arn:aws:iam::123456789012:role/logs","defaultLogLevel":"WARN"})"));
    const auto found = parsed(call("iot", "GET", "/v2LoggingOptions"));
    EXPECT_EQ(found.at("roleArn"), "arn:aws:iam::123456789012:role/logs");
    EXPECT_EQ(found.at("defaultLogLevel"), "WARN");
    EXPECT_EQ(found.at("disableAllLogs"), false);
    const auto of_events = call("iot", "POST", "/v2LoggingOptions",
                                R"({"defaultLogLevel":"INFO","eventConfigurations":)"
                                R"([{"eventType":"Connect","logLevel":"ERROR"}]})");
    EXPECT_EQ(of_events.status, 400u);
    EXPECT_NE(of_events.body.find("eventConfigurations is not supported"), std::string::npos);
    EXPECT_EQ(parsed(call("iot", "GET", "/v2LoggingOptions")), found) << "nothing was kept";
    parsed(call("iot", "POST", "/v2LoggingOptions", R"({"eventConfigurations":[]})"));
    EXPECT_EQ(call("iot", "POST", "/v2LoggingOptions", R"({"defaultLogLevel":"LOUD"})").status,
              400u);
}

// SetV2LoggingLevel, ListV2LoggingLevels, DeleteV2LoggingLevel.
TEST_F(IotServiceTest, KeepsLevelsOfTargets) {
    constexpr auto path = "/v2LoggingLevel";
    const auto set = [&](const char* type, const char* name, const char* level) {
        return call("iot", "POST", path,
                    std::string(R"({"logTarget":{"targetType":")") + type +
                        (*name == 0 ? "\"" : std::string(R"(","targetName":")") + name + "\"") +
                        R"(},"logLevel":")" + level + "\"}");
    };
    EXPECT_EQ(error_type(set("CLIENT_ID", "c", "DEBUG")), "NotConfiguredException");
    EXPECT_EQ(error_type(set("DEFAULT", "", "DEBUG")), "NotConfiguredException");
    parsed(call("iot", "POST", "/v2LoggingOptions", R"({"defaultLogLevel":"ERROR"})"));
    parsed(set("CLIENT_ID", "c", "DEBUG"));
    parsed(set("THING_GROUP", "g", "INFO"));
    parsed(set("DEFAULT", "", "WARN"));
    EXPECT_EQ(error_type(set("CLIENT_ID", "", "DEBUG")), "InvalidRequestException");

    const Tenant tenant{AccountId("123456789012"), Region("us-east-1")};
    EXPECT_EQ(levels.level_for({.tenant = tenant, .client_id = "c"}),
              ::gatehouse::logs::Level::Debug);
    EXPECT_EQ(levels.level_for({.tenant = tenant}), ::gatehouse::logs::Level::Warn);

    const auto all = parsed(call("iot", "GET", path));
    EXPECT_EQ(to_text(all.at("logTargetConfigurations")),
              R"([{"logTarget":{"targetType":"DEFAULT"},"logLevel":"WARN"},)"
              R"({"logTarget":{"targetType":"THING_GROUP","targetName":"g"},"logLevel":"INFO"},)"
              R"({"logTarget":{"targetType":"CLIENT_ID","targetName":"c"},"logLevel":"DEBUG"}])");
    const auto first = parsed(call("iot", "GET", std::string(path) + "?maxResults=2"));
    EXPECT_EQ(first.at("logTargetConfigurations").as_array().size(), 2u);
    EXPECT_EQ(parsed(call("iot", "GET",
                          std::string(path) +
                              "?nextToken=" + std::string(first.at("nextToken").as_string())))
                  .at("logTargetConfigurations")
                  .as_array()
                  .size(),
              1u);
    // DEFAULT takes the only place; the token leads to the others.
    const auto one = parsed(call("iot", "GET", std::string(path) + "?maxResults=1"));
    EXPECT_EQ(one.at("logTargetConfigurations").as_array().size(), 1u);
    EXPECT_EQ(parsed(call("iot", "GET",
                          std::string(path) +
                              "?nextToken=" + std::string(one.at("nextToken").as_string())))
                  .at("logTargetConfigurations")
                  .as_array()
                  .size(),
              2u);
    EXPECT_EQ(parsed(call("iot", "GET", std::string(path) + "?targetType=SOURCE_IP"))
                  .at("logTargetConfigurations")
                  .as_array()
                  .size(),
              0u);
    parsed(call("iot", "DELETE", std::string(path) + "?targetType=CLIENT_ID&targetName=c"));
    EXPECT_EQ(levels.level_for({.tenant = tenant, .client_id = "c"}),
              ::gatehouse::logs::Level::Warn);
    EXPECT_EQ(call("iot", "DELETE", std::string(path) + "?targetType=DEFAULT&targetName=x").status,
              400u);
}

TEST_F(IotServiceTest, RefusesASecondOfTheName) {
    parsed(create("Auto"));
    const auto response = create("Auto");
    EXPECT_EQ(response.status, 409u);
    EXPECT_EQ(error_type(response), "ResourceAlreadyExistsException");
    EXPECT_NE(
        response.body.find(R"("resourceArn":"arn:aws:iot:us-east-1:123456789012:authorizer/Auto")"),
        std::string::npos)
        << response.body;
}

TEST_F(IotServiceTest, RefusesWhatTheModelForbids) {
    const auto response = call("iot", "POST", "/authorizer/a.b", created);
    EXPECT_EQ(response.status, 400u);
    EXPECT_EQ(error_type(response), "InvalidRequestException");
    EXPECT_NE(response.body.find("Value 'a.b' at 'authorizerName'"), std::string::npos);
    // Signing is on unless it is disabled, and then wants keys.
    EXPECT_EQ(call("iot", "POST", "/authorizer/b", R"({"authorizerFunctionArn":"arn:x"})").status,
              400u);
}

TEST_F(IotServiceTest, ListAuthorizersPages) {
    for (const auto* name : {"A", "B", "C"}) parsed(create(name));
    auto page = parsed(call("iot", "GET", "/authorizers/?pageSize=2&isAscendingOrder=false"));
    ASSERT_EQ(page.at("authorizers").as_array().size(), 2u);
    EXPECT_EQ(page.at("authorizers").at(0).at("authorizerName"), "C");
    const std::string marker(page.at("nextMarker").as_string());
    page = parsed(
        call("iot", "GET", "/authorizers/?pageSize=2&isAscendingOrder=false&marker=" + marker));
    ASSERT_EQ(page.at("authorizers").as_array().size(), 1u);
    EXPECT_FALSE(page.as_object().contains("nextMarker"));
    EXPECT_EQ(call("iot", "GET", "/authorizers/?pageSize=251").status, 400u);
}

// SetDefaultAuthorizer, DescribeDefaultAuthorizer, ClearDefaultAuthorizer.
TEST_F(IotServiceTest, KeepsADefault) {
    parsed(create("Auto"));
    EXPECT_EQ(call("iot", "GET", "/default-authorizer").status, 404u);
    parsed(call("iot", "POST", "/default-authorizer", R"({"authorizerName":"Auto"})"));
    EXPECT_EQ(call("iot", "POST", "/default-authorizer", R"({"authorizerName":"Auto"})").status,
              409u);
    EXPECT_EQ(parsed(call("iot", "GET", "/default-authorizer"))
                  .at("authorizerDescription")
                  .at("authorizerName"),
              "Auto");
    parsed(call("iot", "DELETE", "/default-authorizer"));
    EXPECT_EQ(call("iot", "GET", "/default-authorizer").status, 404u);
}

TEST_F(IotServiceTest, DeleteAuthorizerWantsAnInactiveOne) {
    parsed(create("Auto"));
    const auto refused = call("iot", "DELETE", "/authorizer/Auto");
    EXPECT_EQ(refused.status, 409u);
    EXPECT_EQ(error_type(refused), "DeleteConflictException");
    parsed(call("iot", "PUT", "/authorizer/Auto", R"({"status":"INACTIVE"})"));
    EXPECT_EQ(parsed(call("iot", "DELETE", "/authorizer/Auto")), json::object());
    EXPECT_EQ(call("iot", "GET", "/authorizer/Auto").status, 404u);
}

TEST_F(IotServiceTest, DescribeEndpointNamesTheHost) {
    EXPECT_EQ(
        parsed(call("iot", "GET", "/endpoint?endpointType=iot%3AData-ATS")).at("endpointAddress"),
        "gate.example.test");
    const std::pair asked(Tenant{AccountId("123456789012"), Region("us-east-1")},
                          registry::EndpointType::DataAts);
    EXPECT_EQ(endpoints_asked_for, std::vector{asked});
    EXPECT_EQ(call("iot", "GET", "/endpoint?endpointType=iot%3ANothing").status, 400u);
}

TEST_F(IotServiceTest, DescribeEndpointSaysWhyThereIsNone) {
    endpoint_name = fail(ErrorKind::LimitExceeded, "too many regions");
    const auto response = call("iot", "GET", "/endpoint");
    EXPECT_EQ(response.status, 400u);
    EXPECT_EQ(error_type(response), "InvalidRequestException");
    EXPECT_NE(response.body.find("too many regions"), std::string::npos) << response.body;
    endpoint_name = fail(ErrorKind::Unavailable, "the disk is full");
    EXPECT_EQ(error_type(call("iot", "GET", "/endpoint")), "InternalFailureException");
}

TEST_F(IotServiceTest, EveryListedOperationHasAHandler) {
    const auto listed = iot::implemented_operations();
    EXPECT_EQ(api->services().all()[0].operations(),
              std::vector<std::string_view>(listed.begin(), listed.end()));
}

}  // namespace
}  // namespace gatehouse::api
