// RegisterThing.
#include <gmock/gmock.h>

#include "api/iot/iot_fixture.h"

namespace gatehouse::api {
namespace {

using ::testing::HasSubstr;

// Made by `openssl req -new`.
constexpr const char* signing_request = R"(-----BEGIN CERTIFICATE REQUEST-----
MIHWMH4CAQAwHDEKMAgGA1UECgwBeDEOMAwGA1UEAwwFdGhpbmcwWTATBgcqhkjO
PQIBBggqhkjOPQMBBwNCAARqhh2Auxzq6fJ3G45hSToSb8zpg4i3O5VCze09Do/F
IxGfV8BFCZEGr4e2UdL7kraIC96XsFl+e41LSqgqu24PoAAwCgYIKoZIzj0EAwID
SAAwRQIgNqfi5K+IrsoNWepA3WnezlGEtqbgw0sCwzC/VR/LO/ICIQDwrRRJB/RD
+cjmPnnD6H/VD1et+jLhcc6lPDrdhI2xdg==
-----END CERTIFICATE REQUEST-----
)";

constexpr const char* bulk_template = R"({
  "Parameters": {"ThingName": {"Type": "String"}, "CSR": {"Type": "String"},
                 "Location": {"Type": "String", "Default": "WA"}},
  "Resources": {
    "thing": {"Type": "AWS::IoT::Thing",
              "Properties": {"ThingName": {"Ref": "ThingName"},
                             "AttributePayload": {"location": {"Ref": "Location"}}}},
    "certificate": {"Type": "AWS::IoT::Certificate",
                    "Properties": {"CertificateSigningRequest": {"Ref": "CSR"}}},
    "policy": {"Type": "AWS::IoT::Policy",
               "Properties": {"PolicyDocument": "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"iot:*\",\"Resource\":\"*\"}]}"}}
  }
})";

class ProvisioningOperations : public IotFixture {
protected:
    net::HttpResponse register_thing(const std::string& body, const json::object& parameters) {
        return call("iot", "POST", "/things",
                    to_text(json::object{{"templateBody", body}, {"parameters", parameters}}));
    }
};

// Developer Guide, "Template example for bulk registration".
TEST_F(ProvisioningOperations, ADeviceByItsSigningRequest) {
    const auto made =
        parsed(register_thing(bulk_template, {{"ThingName", "lamp"}, {"CSR", signing_request}}));
    EXPECT_THAT(text(made.at("certificatePem")), HasSubstr("BEGIN CERTIFICATE"));
    const auto& arns = made.at("resourceArns");
    EXPECT_EQ(arns.at("thing"), "arn:aws:iot:us-east-1:123456789012:thing/lamp");
    const std::string arn = text(arns.at("certificate"));
    const auto described =
        parsed(call("iot", "GET", "/certificates/" + arn.substr(arn.find('/') + 1)));
    EXPECT_EQ(described.at("certificateDescription").at("status"), "ACTIVE");
    const auto thing = parsed(call("iot", "GET", "/things/lamp"));
    EXPECT_EQ(thing.at("attributes").at("location"), "WA");
    const auto tied = parsed(call("iot", "GET", "/things/lamp/principals"));
    EXPECT_EQ(text(tied.at("principals").at(0)), arn);
    const auto attached =
        parsed(call("iot", "POST", "/attached-policies/" + percent_encode(arn))).at("policies");
    ASSERT_EQ(attached.as_array().size(), 1u);
    EXPECT_EQ(attached.at(0).at("policyArn"), arns.at("policy"));
}

TEST_F(ProvisioningOperations, WhatIsWrong) {
    expect_refused(register_thing("{}", {}), 400, "InvalidRequestException");
    expect_refused(register_thing(bulk_template, {{"ThingName", "lamp"}}), 400,
                   "InvalidRequestException");
    expect_refused(register_thing(bulk_template, {{"ThingName", "a b"}, {"CSR", signing_request}}),
                   400, "ResourceRegistrationFailureException");
    expect_refused(register_thing(bulk_template, {{"ThingName", "lamp"}, {"CSR", "x"}}), 400,
                   "ResourceRegistrationFailureException");
    expect_refused(
        register_thing(bulk_template, {{"ThingName", std::string(4097, 'x')}, {"CSR", "x"}}), 400,
        "InvalidRequestException");
    expect_refused(register_thing(std::string(10'241, ' '), {}), 400, "InvalidRequestException");
    expect_refused(call("iot", "GET", "/things/lamp"), 404, "ResourceNotFoundException");
}

}  // namespace
}  // namespace gatehouse::api
