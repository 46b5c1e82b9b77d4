// DescribeEventConfigurations and UpdateEventConfigurations; the logging options of before
// version 2.
#include "api/iot/iot_fixture.h"

namespace gatehouse::api {
namespace {

class EventConfigurationOperations : public IotFixture {
protected:
    json::value configurations() {
        return parsed(call("iot", "GET", "/event-configurations")).at("eventConfigurations");
    }
    void enable(const char* type, bool is_enabled) {
        const json::object body{
            {"eventConfigurations", json::object{{type, json::object{{"Enabled", is_enabled}}}}}};
        parsed(call("iot", "PATCH", "/event-configurations", to_text(body)));
    }
};

TEST_F(EventConfigurationOperations, AreOffUntilTheyAreEnabled) {
    const auto before = parsed(call("iot", "GET", "/event-configurations"));
    EXPECT_EQ(before.at("eventConfigurations").as_object().size(), 11u);
    EXPECT_EQ(before.at("eventConfigurations").at("THING").at("Enabled"), false);
    EXPECT_FALSE(before.as_object().contains("creationDate"));
    enable("THING", true);
    enable("CA_CERTIFICATE", true);
    enable("THING", false);
    EXPECT_EQ(configurations().at("THING").at("Enabled"), false);
    EXPECT_EQ(configurations().at("CA_CERTIFICATE").at("Enabled"), true);
    EXPECT_TRUE(parsed(call("iot", "GET", "/event-configurations"))
                    .as_object()
                    .contains("lastModifiedDate"));
    expect_refused(call("iot", "PATCH", "/event-configurations",
                        R"({"eventConfigurations":{"NOTHING":{"Enabled":true}}})"),
                   400, "InvalidRequestException");
}

TEST_F(EventConfigurationOperations, TheLoggingOptionsOfBeforeVersion2) {
    EXPECT_EQ(text(parsed(call("iot", "GET", "/loggingOptions")).at("logLevel")), "DISABLED");
    const json::object options{{"roleArn", "arn:aws:iam::123456789012:role/log"},
                               {"logLevel", "WARN"}};
    parsed(call("iot", "POST", "/loggingOptions", to_text(options)));
    const auto now = parsed(call("iot", "GET", "/loggingOptions"));
    EXPECT_EQ(text(now.at("logLevel")), "WARN");
    EXPECT_EQ(text(now.at("roleArn")), "arn:aws:iam::123456789012:role/log");
    EXPECT_EQ(text(parsed(call("iot", "GET", "/v2LoggingOptions")).at("defaultLogLevel")), "WARN");
    parsed(call("iot", "POST", "/v2LoggingOptions", R"({"disableAllLogs":true})"));
    EXPECT_EQ(text(parsed(call("iot", "GET", "/loggingOptions")).at("logLevel")), "DISABLED");
    parsed(call("iot", "POST", "/loggingOptions", to_text(options)));
    EXPECT_EQ(text(parsed(call("iot", "GET", "/loggingOptions")).at("logLevel")), "WARN");
}

}  // namespace
}  // namespace gatehouse::api
