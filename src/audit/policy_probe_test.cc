#include "audit/policy_probe.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "policy/document.h"

namespace gatehouse::audit {
namespace {

using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::Optional;

const Tenant probed_tenant{AccountId("123456789012"), Region("us-east-1")};

policy::DocumentPointer document(const std::string& statements) {
    auto parsed = policy::parse_document(
        fmt::format(R"({{"Version":"2012-10-17","Statement":[{}]}})", statements),
        policy::Dialect::IotPolicy);
    EXPECT_TRUE(parsed) << parsed.error().describe();
    return std::make_shared<const policy::Document>(std::move(*parsed));
}

std::string statement(const std::string& effect, const std::string& action,
                      const std::string& resource, const std::string& more = "") {
    return fmt::format(
        R"({{"Effect":"{}","Action":"iot:{}","Resource":"arn:aws:iot:us-east-1:123456789012:{}"{}}})",
        effect, action, resource, more);
}

std::optional<std::string> broad(const std::string& statements) {
    return broad_permission({{"p", document(statements)}}, probed_tenant);
}

std::optional<std::string> allowed(const std::string& action, const std::string& resource,
                                   const std::string& more = "") {
    return broad(statement("Allow", action, resource, more));
}

TEST(PolicyProbe, WhatReachesOtherDevicesIsBroad) {
    EXPECT_THAT(allowed("Connect", "client/*"), Optional(Eq("iot:Connect on client/ANY")));
    EXPECT_THAT(allowed("Connect", "client/${iot:ClientId}"), Optional(HasSubstr("iot:Connect")));
    EXPECT_THAT(allowed("Publish", "topic/$aws/things/*/shadow/update"),
                Optional(Eq("iot:Publish on topic/$aws/things/ANY/shadow/update")));
    EXPECT_TRUE(allowed("Publish", "topic/*"));
    EXPECT_TRUE(allowed("Publish", "topic/$aws/things/*"));
    EXPECT_TRUE(allowed("Subscribe", "topicfilter/$aws/things/*"));
    EXPECT_TRUE(allowed("Subscribe", "topicfilter/$aws/things/#"));
    EXPECT_TRUE(allowed("Subscribe", "topicfilter/$aws/things/+/shadow/update"));
    EXPECT_TRUE(allowed("UpdateThingShadow", "thing/*"));
    EXPECT_TRUE(broad(R"({"Effect":"Allow","Action":"iot:*","Resource":"*"})"));
    EXPECT_TRUE(broad(R"({"Effect":"Allow","NotAction":"iot:Connect","Resource":"*"})"));
}

TEST(PolicyProbe, WhatADeviceNeedsIsNot) {
    EXPECT_FALSE(allowed("Connect", "client/${iot:Connection.Thing.ThingName}",
                         R"(,"Condition":{"Bool":{"iot:Connection.Thing.IsAttached":"true"}})"));
    EXPECT_FALSE(allowed("Connect", "client/${iot:ClientId}",
                         R"(,"Condition":{"Bool":{"iot:Connection.Thing.IsAttached":"true"}})"));
    EXPECT_FALSE(allowed("Connect", "client/lamp"));
    EXPECT_FALSE(
        allowed("Publish", "topic/$aws/things/${iot:Connection.Thing.ThingName}/shadow/*"));
    EXPECT_FALSE(
        allowed("Subscribe", "topicfilter/$aws/things/${iot:Connection.Thing.ThingName}/jobs/*"));
    EXPECT_FALSE(allowed("Receive", "topic/$aws/things/*"));
    EXPECT_FALSE(allowed("Publish", "topic/sensors/*"));
    EXPECT_FALSE(allowed("UpdateThingShadow", "thing/lamp"));
}

TEST(PolicyProbe, ADenyCounts) {
    EXPECT_FALSE(broad(statement("Allow", "Connect", "client/*") + "," +
                       statement("Deny", "Connect", "client/*")));
}

Misconfiguration misconfigured(const std::string& statements) {
    std::string where;
    return misconfiguration_of(document(statements), probed_tenant, where);
}

TEST(PolicyProbe, MqttWildcardsDenyOnlyThemselves) {
    EXPECT_EQ(misconfigured(statement("Deny", "Subscribe", "topicfilter/secret/#")),
              Misconfiguration::WildcardsInDeny);
    EXPECT_EQ(misconfigured(statement("Deny", "Publish", "topic/a/+/b")),
              Misconfiguration::WildcardsInDeny);
    EXPECT_EQ(misconfigured(statement("Deny", "Subscribe", "topicfilter/secret/*")),
              Misconfiguration::None);
    EXPECT_EQ(misconfigured(statement("Allow", "Subscribe", "topicfilter/open/#")),
              Misconfiguration::None);
}

TEST(PolicyProbe, AWiderFilterGetsAroundADeny) {
    const std::string all = statement("Allow", "Subscribe", "topicfilter/department/*");
    const std::string deny = statement("Deny", "Subscribe", "topicfilter/department/engineering");
    EXPECT_EQ(misconfigured(all + "," + deny), Misconfiguration::None) << "nothing is received";
    const std::string receive = statement("Allow", "Receive", "topic/department/*");
    EXPECT_EQ(misconfigured(all + "," + deny + "," + receive),
              Misconfiguration::DeniedFilterAllowed);
    EXPECT_EQ(misconfigured(all + "," + deny + "," + receive + "," +
                            statement("Deny", "Receive", "topic/department/engineering")),
              Misconfiguration::None);
}

}  // namespace
}  // namespace gatehouse::audit
