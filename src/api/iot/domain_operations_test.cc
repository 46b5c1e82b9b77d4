// CreateDomainConfiguration and what comes after it.
#include "api/iot/iot_fixture.h"

namespace gatehouse::api {
namespace {

class DomainOperations : public IotFixture {
protected:
    net::HttpResponse create(const std::string& name, const json::object& body = {}) {
        return call("iot", "POST", "/domainConfigurations/" + name, to_text(body));
    }
    json::value described(const std::string& name) {
        return parsed(call("iot", "GET", "/domainConfigurations/" + name));
    }
    std::string names_on(const json::value& page) {
        std::string names;
        for (const auto& summary : page.at("domainConfigurations").as_array()) {
            names += text(summary.at("domainConfigurationName")) + " ";
        }
        return names;
    }
};

TEST_F(DomainOperations, ADomainsLife) {
    const auto made = parsed(create(
        "Fleet",
        {{"authenticationType", "CUSTOM_AUTH"},
         {"applicationProtocol", "SECURE_MQTT"},
         {"serviceType", "DATA"},
         {"authorizerConfig", json::object{{"allowAuthorizerOverride", true}}},
         {"serverCertificateConfig", json::object{{"enableOCSPCheck", false}}},
         {"tlsConfig", json::object{{"securityPolicy", "IoTSecurityPolicy_TLS13_1_3_2022_10"}}}}));
    auto found = described("Fleet");
    EXPECT_EQ(found.at("domainConfigurationArn"), made.at("domainConfigurationArn"));
    EXPECT_EQ(text(found.at("domainType")), "AWS_MANAGED");
    EXPECT_EQ(text(found.at("domainConfigurationStatus")), "ENABLED");
    EXPECT_EQ(text(found.at("authenticationType")), "CUSTOM_AUTH");
    EXPECT_EQ(text(found.at("applicationProtocol")), "SECURE_MQTT");
    EXPECT_EQ(text(found.at("serviceType")), "DATA");
    EXPECT_EQ(text(found.at("tlsConfig").at("securityPolicy")),
              "IoTSecurityPolicy_TLS13_1_3_2022_10");
    EXPECT_EQ(to_text(found.at("authorizerConfig")), R"({"allowAuthorizerOverride":true})");
    EXPECT_EQ(to_text(found.at("serverCertificateConfig")), R"({"enableOCSPCheck":false})");
    EXPECT_EQ(to_text(found.at("serverCertificates")), "[]");
    EXPECT_TRUE(found.as_object().contains("lastStatusChangeDate"));
    expect_refused(call("iot", "DELETE", "/domainConfigurations/Fleet"), 400,
                   "InvalidRequestException");
    parsed(call("iot", "PUT", "/domainConfigurations/Fleet",
                R"({"domainConfigurationStatus":"DISABLED","removeAuthorizerConfig":true})"));
    parsed(call("iot", "PUT", "/domainConfigurations/Fleet", R"({"tlsConfig":{}})"));
    found = described("Fleet");
    EXPECT_EQ(text(found.at("tlsConfig").at("securityPolicy")),
              "IoTSecurityPolicy_TLS13_1_3_2022_10")
        << "it names no other";
    EXPECT_EQ(text(found.at("domainConfigurationStatus")), "DISABLED");
    EXPECT_FALSE(found.as_object().contains("authorizerConfig"));
    parsed(call("iot", "DELETE", "/domainConfigurations/Fleet"));
    expect_refused(call("iot", "GET", "/domainConfigurations/Fleet"), 404,
                   "ResourceNotFoundException");
    expect_refused(call("iot", "PUT", "/domainConfigurations/Fleet", "{}"), 404,
                   "ResourceNotFoundException");
}

TEST_F(DomainOperations, WhatIsRefused) {
    parsed(create("Fleet", {{"domainName", "a.gate.test"}}));
    expect_refused(create("Fleet"), 409, "ResourceAlreadyExistsException");
    expect_refused(create("Other", {{"domainName", "a.gate.test"}}), 409,
                   "ResourceAlreadyExistsException");
    expect_refused(create("Other", {{"serviceType", "JOBS"}}), 400, "InvalidRequestException");
    expect_refused(create("iot:Data-ATS"), 400, "InvalidRequestException");
    expect_refused(
        create("Other", {{"clientCertificateConfig",
                          json::object{{"clientCertificateCallbackArn",
                                        "arn:aws:lambda:us-east-1:123456789012:function:f"}}}}),
        400, "InvalidRequestException");
    expect_refused(create("Other", {{"serverCertificateArns",
                                     json::array{"arn:aws:acm:us-east-1:123456789012:certificate/"
                                                 "3f1c9f9e"}}}),
                   400, "CertificateValidationException");
}

TEST_F(DomainOperations, TheFunctionThatIsAskedAboutCertificates) {
    const std::string config =
        R"({"clientCertificateCallbackArn":"arn:aws:lambda:us-east-1:123456789012:function:f"})";
    parsed(create("Fleet", {{"authenticationType", "AWS_X509"},
                            {"clientCertificateConfig", parse_json(config, "it").value()}}));
    EXPECT_EQ(to_text(described("Fleet").at("clientCertificateConfig")), config);
    parsed(call("iot", "PUT", "/domainConfigurations/Fleet", R"({"applicationProtocol":"HTTPS"})"));
    EXPECT_TRUE(described("Fleet").as_object().contains("clientCertificateConfig"));
    parsed(call("iot", "PUT", "/domainConfigurations/Fleet", R"({"clientCertificateConfig":{}})"));
    EXPECT_FALSE(described("Fleet").as_object().contains("clientCertificateConfig"));
}

TEST_F(DomainOperations, WhatEveryAccountHasIsShownAndStays) {
    const auto found = described("iot:Data-ATS");
    EXPECT_EQ(text(found.at("domainType")), "ENDPOINT");
    EXPECT_EQ(text(found.at("domainName")), "gate.example.test");
    EXPECT_EQ(text(found.at("domainConfigurationStatus")), "ENABLED");
    EXPECT_EQ(text(found.at("authenticationType")), "DEFAULT");
    EXPECT_EQ(text(described("iot:Jobs").at("serviceType")), "JOBS");
    EXPECT_EQ(text(described("iot:CredentialProvider").at("serviceType")), "CREDENTIAL_PROVIDER");
    expect_refused(call("iot", "PUT", "/domainConfigurations/iot:Data-ATS",
                        R"({"domainConfigurationStatus":"DISABLED"})"),
                   400, "InvalidRequestException");
    expect_refused(call("iot", "DELETE", "/domainConfigurations/iot:Data-ATS"), 400,
                   "InvalidRequestException");
}

TEST_F(DomainOperations, AreListedAndTagged) {
    const auto made = parsed(
        create("Fleet", {{"tags", json::array{json::object{{"Key", "k"}, {"Value", "v"}}}}}));
    parsed(create("a"));
    EXPECT_EQ(names_on(parsed(call("iot", "GET", "/domainConfigurations"))),
              "Fleet a iot:CredentialProvider iot:Data iot:Data-ATS iot:Jobs ");
    EXPECT_EQ(names_on(parsed(call("iot", "GET", "/domainConfigurations?serviceType=JOBS"))),
              "iot:Jobs ");
    const auto first = parsed(call("iot", "GET", "/domainConfigurations?pageSize=5"));
    EXPECT_EQ(names_on(parsed(call("iot", "GET",
                                   "/domainConfigurations?pageSize=5&marker=" +
                                       percent_encode(text(first.at("nextMarker")))))),
              "iot:Jobs ");
    expect_refused(call("iot", "GET", "/domainConfigurations?marker=a"), 400,
                   "InvalidRequestException");
    const std::string arn = text(made.at("domainConfigurationArn"));
    const auto tags = [&](const std::string& of) {
        return call("iot", "GET", "/tags?resourceArn=" + percent_encode(of));
    };
    EXPECT_EQ(parsed(tags(arn)).at("tags").as_array().size(), 1u);
    expect_refused(tags(arn + "x"), 404, "ResourceNotFoundException");
}

}  // namespace
}  // namespace gatehouse::api
