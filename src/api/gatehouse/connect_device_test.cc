#include "api/gatehouse/connect_device.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/gatehouse/gatehouse_fixture.h"
#include "base/encoding.h"
#include "base/json.h"
#include "registry/thing_record.h"

namespace gatehouse::api {
namespace {

using ::testing::HasSubstr;

class ConnectDeviceTest : public GatehouseFixture {
protected:
    ConnectDeviceTest() { serve_with(nullptr); }

    net::HttpResponse connect(const std::string& name, const std::string& body = "{}") {
        return call("gatehouse", "POST", "/gatehouse/v1/devices/" + name, body);
    }
    static json::value parsed(const net::HttpResponse& response) {
        EXPECT_EQ(response.status, 200u) << response.body;
        return parse_json(response.body, "the answer").value_or(json::object());
    }
    std::size_t things() { return memory.count(tenant, registry::thing_kind).value(); }
};

TEST_F(ConnectDeviceTest, HandsOutAZipAndNoKeyBeside) {
    const auto response = connect("pump", R"({"language":"node"})");
    const auto made = parsed(response);
    EXPECT_EQ(made.at("thingArn"), "arn:aws:iot:us-east-1:123456789012:thing/pump");
    EXPECT_EQ(made.at("policyName"), "pump-Policy");
    EXPECT_EQ(made.at("endpoint"), "gate.example.test");
    EXPECT_EQ(made.at("port"), 8883);
    EXPECT_THAT(response.body, testing::Not(HasSubstr("PRIVATE KEY")));
    const auto zip = from_base64(std::string_view(made.at("kit").as_string()));
    ASSERT_TRUE(zip);
    const std::string text(zip->begin(), zip->end());
    EXPECT_TRUE(text.starts_with("PK"));
    for (const char* name : {"pump/pump.private.key", "pump/pump.cert.pem", "pump/root-CA.crt",
                             "pump/pump-Policy", "pump/sample.js", "pump/start.sh",
                             "pump/start.ps1", "pump/README.md", "pump/README.zh-CN.md"}) {
        EXPECT_THAT(text, HasSubstr(name));
    }
}

TEST_F(ConnectDeviceTest, ASecondTimeIsRefusedUntilItIsToRenew) {
    const auto first = parsed(connect("pump"));
    const auto second = connect("pump");
    EXPECT_EQ(second.status, 409u);
    EXPECT_EQ(error_type(second), "ConflictException");
    const auto renewed = parsed(connect("pump", R"({"renew":true})"));
    EXPECT_EQ(renewed.at("earlierCertificates").as_array().at(0), first.at("certificateArn"));
    EXPECT_NE(renewed.at("certificateArn"), first.at("certificateArn"));
    EXPECT_EQ(connect("other", R"({"renew":true})").status, 404u);
    EXPECT_EQ(things(), 1u);
}

// Tools would take one that begins with a dash for an option.
TEST_F(ConnectDeviceTest, RefusesNamesThatAreNoFileNames) {
    for (const char* name : {"a%3Ab", "..", "a%20b", "a%2Fb", "-xpython"}) {
        EXPECT_EQ(connect(name).status / 100, 4u) << name;
    }
    EXPECT_EQ(things(), 0u);
}

TEST_F(ConnectDeviceTest, MakesNothingWhileItsDoorIsClosed) {
    mqtts_port.reset();
    const auto response = connect("pump");
    EXPECT_EQ(response.status, 409u);
    EXPECT_THAT(response.body, HasSubstr("--mqtts-port"));
    EXPECT_EQ(things(), 0u);
}

}  // namespace
}  // namespace gatehouse::api
