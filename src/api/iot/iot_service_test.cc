#include "api/iot/iot_service.h"

#include <gtest/gtest.h>

#include "api/api_fixture.h"
#include "api/shapes/iot/model.h"
#include "base/json.h"
#include "storage/memory_resource_store.h"

namespace gatehouse::api {
namespace {

struct IotServiceTest : ApiFixture {
    IotServiceTest() {
        std::vector<Service> services;
        services.push_back(make_iot_service({*authorizers, endpoint}));
        serve(std::move(services));
    }
    json::value parsed(const net::HttpResponse& response) {
        EXPECT_EQ(response.status, 200u) << response.body;
        return parse_json(response.body, "the response").value_or(nullptr);
    }
    net::HttpResponse create(const std::string& name) {
        return call("iot", "POST", "/authorizer/" + name, created);
    }

    static constexpr auto created = R"({"signingDisabled":true,"authorizerFunctionArn":
        "arn:aws:lambda:us-east-1:123456789012:function:authorize"})";
    storage::MemoryResourceStore memory{clock};
    storage::AsyncResourceStore store{memory, workers};
    std::unique_ptr<registry::Authorizers> authorizers =
        std::move(registry::Authorizers::load(store, {}).value());
    EndpointFacts endpoint{"gate.example.test", {AccountId("123456789012"), Region("us-east-1")}};
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
    EXPECT_EQ(call("iot", "GET", "/endpoint?endpointType=iot%3ANothing").status, 400u);
}

TEST_F(IotServiceTest, EveryListedOperationHasAHandler) {
    const auto listed = iot::implemented_operations();
    EXPECT_EQ(api->services().all()[0].operations(),
              std::vector<std::string_view>(listed.begin(), listed.end()));
}

}  // namespace
}  // namespace gatehouse::api
