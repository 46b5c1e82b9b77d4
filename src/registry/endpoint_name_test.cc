#include "registry/endpoint_name.h"

#include <gtest/gtest.h>

namespace gatehouse::registry {
namespace {

const Tenant ours;
const Tenant other{AccountId("123456789012"), Region("eu-west-1")};

TEST(EndpointName, TheDefaultTenantHasTheBareEndpoint) {
    EXPECT_EQ(endpoint_name(ours, EndpointType::DataAts, ours, "gate.example"), "gate.example");
}

TEST(EndpointName, OtherTenantsHaveNamesUnderIt) {
    EXPECT_EQ(endpoint_name(other, EndpointType::DataAts, ours, "gate.example"),
              "a123456789012-ats.iot.eu-west-1.gate.example");
    EXPECT_EQ(endpoint_name(other, EndpointType::CredentialProvider, ours, "gate.example"),
              "a123456789012.credentials.iot.eu-west-1.gate.example");
}

TEST(EndpointName, TellTheTenantAgain) {
    for (const auto* type : {"iot:Data-ATS", "iot:Data", "iot:CredentialProvider", "iot:Jobs"}) {
        const auto parsed = parse_endpoint_type(type);
        ASSERT_TRUE(parsed) << type;
        EXPECT_EQ(tenant_of_endpoint_name(endpoint_name(other, *parsed, ours, "gate.example"),
                                          "gate.example"),
                  other)
            << type;
    }
    EXPECT_FALSE(parse_endpoint_type("iot:Nothing"));
}

TEST(EndpointName, ForeignNamesStandForNobody) {
    for (const auto* name :
         {"", "gate.example", "a123456789012-ats.iot.eu-west-1.evil.example",
          "a12345678901-ats.iot.eu-west-1.gate.example", "a123456789012-ats.iot.gate.example",
          "a123456789012-ats.iot.eu.west.gate.example",
          "b123456789012-ats.iot.eu-west-1.gate.example",
          "a123456789012-ats.iot.eu-west-1xgate.example"}) {
        EXPECT_FALSE(tenant_of_endpoint_name(name, "gate.example")) << name;
    }
}

TEST(ManagedDomainName, IsOneThatWasMadeUp) {
    const std::string label = "d" + std::string(managed_label_length, 'a');
    EXPECT_TRUE(is_managed_domain_name(label + "-ats.iot.eu-west-1.gate.example", "gate.example"));
    for (const std::string& name :
         {label + "-ats.iot.eu-west-1.other.example", label + ".iot.eu-west-1.gate.example",
          label + "a-ats.iot.eu-west-1.gate.example", label + "-ats.iot.EU.gate.example",
          "d" + std::string(managed_label_length, '1') + "-ats.iot.eu-west-1.gate.example",
          std::string("d-ats.iot.eu-west-1.gate.example"),
          std::string("a123456789012-ats.iot.eu-west-1.gate.example")}) {
        EXPECT_FALSE(is_managed_domain_name(name, "gate.example")) << name;
    }
}

// What a region stands for becomes a name of folders: no name leads anywhere else.
TEST(EndpointName, TakesRegionsAloneAsRegions) {
    for (const std::string_view region : {"/tmp/x", "..", "../..", "a/b", "A", "a_b", "", "a b"}) {
        EXPECT_FALSE(tenant_of_endpoint_name(
            "a000000000000-ats.iot." + std::string(region) + ".gate.example", "gate.example"))
            << region;
    }
    EXPECT_FALSE(tenant_of_endpoint_name(
        "a000000000000-ats.iot." + std::string(33, 'a') + ".gate.example", "gate.example"));
}

}  // namespace
}  // namespace gatehouse::registry
