// DescribeEncryptionConfiguration and UpdateEncryptionConfiguration; GetPackageConfiguration and
// UpdatePackageConfiguration.
#include <gmock/gmock.h>

#include "api/iot/iot_fixture.h"

namespace gatehouse::api {
namespace {

using ::testing::HasSubstr;

constexpr const char* encryption_path = "/encryption-configuration";
constexpr const char* package_path = "/package-configuration";
constexpr const char* role_of_keys = "arn:aws:iam::123456789012:role/keys";

class AccountSettingsOperations : public IotFixture {
protected:
    net::HttpResponse encrypt_with(const std::string& key, const std::string& role) {
        return call("iot", "PATCH", encryption_path,
                    to_text(json::object{{"encryptionType", "CUSTOMER_MANAGED_KMS_KEY"},
                                         {"kmsKeyArn", key},
                                         {"kmsAccessRoleArn", role}}));
    }
    net::HttpResponse set_packages(json::object config) {
        return call("iot", "PATCH", package_path,
                    to_text(json::object{{"versionUpdateByJobsConfig", std::move(config)}}));
    }
    json::value packages_now() {
        return parsed(call("iot", "GET", package_path)).at("versionUpdateByJobsConfig");
    }
};

TEST_F(AccountSettingsOperations, TheKeyIsAwssOwnAtFirst) {
    const auto before = parsed(call("iot", "GET", encryption_path));
    EXPECT_EQ(text(before.at("encryptionType")), "AWS_OWNED_KMS_KEY");
    EXPECT_EQ(text(before.at("configurationDetails").at("configurationStatus")), "HEALTHY");
    EXPECT_FALSE(before.as_object().contains("lastModifiedDate"));
    EXPECT_FALSE(before.as_object().contains("kmsKeyArn"));
}

TEST_F(AccountSettingsOperations, AKeyOfTheCustomersIsKeptAndSaidToBeOutOfReach) {
    const std::string key = "arn:aws:kms:us-east-1:123456789012:key/1234";
    parsed(encrypt_with(key, role_of_keys));
    const auto now = parsed(call("iot", "GET", encryption_path));
    EXPECT_EQ(text(now.at("encryptionType")), "CUSTOMER_MANAGED_KMS_KEY");
    EXPECT_EQ(text(now.at("kmsKeyArn")), key);
    EXPECT_EQ(text(now.at("kmsAccessRoleArn")), role_of_keys);
    const auto& details = now.at("configurationDetails");
    EXPECT_EQ(text(details.at("configurationStatus")), "UNHEALTHY");
    EXPECT_EQ(text(details.at("errorCode")), "KMS_KEY_VALIDATION_ERROR");
    EXPECT_THAT(text(details.at("errorMessage")), HasSubstr("no KMS"));
    EXPECT_TRUE(now.as_object().contains("lastModifiedDate"));
    parsed(call("iot", "PATCH", encryption_path, R"({"encryptionType":"AWS_OWNED_KMS_KEY"})"));
    const auto after = parsed(call("iot", "GET", encryption_path));
    EXPECT_EQ(text(after.at("configurationDetails").at("configurationStatus")), "HEALTHY");
    EXPECT_FALSE(after.as_object().contains("kmsKeyArn"));
}

TEST_F(AccountSettingsOperations, WhatIsNoKeyIsRefused) {
    const std::string invalid = "InvalidRequestException";
    const std::string key = "arn:aws:kms:us-east-1:123456789012:key/1234";
    expect_refused(encrypt_with("key", role_of_keys), 400, invalid);
    expect_refused(encrypt_with("", role_of_keys), 400, invalid);
    expect_refused(encrypt_with("arn:aws:kms:us-east-1:123456789012:alias/x", role_of_keys), 400,
                   invalid);
    expect_refused(encrypt_with("arn:aws:kms:eu-west-1:123456789012:key/1234", role_of_keys), 400,
                   invalid);
    expect_refused(encrypt_with(key, "arn:aws:iam::123456789012:user/a"), 400, invalid);
    expect_refused(
        call("iot", "PATCH", encryption_path,
             to_text(json::object{{"encryptionType", "AWS_OWNED_KMS_KEY"}, {"kmsKeyArn", key}})),
        400, invalid);
    expect_refused(call("iot", "PATCH", encryption_path, R"({"encryptionType":"MINE"})"), 400,
                   invalid);
    expect_refused(call("iot", "PATCH", encryption_path, "{}"), 400, invalid);
    EXPECT_EQ(text(parsed(call("iot", "GET", encryption_path)).at("encryptionType")),
              "AWS_OWNED_KMS_KEY");
}

TEST_F(AccountSettingsOperations, PackagesAreNotedWhenARoleIsThere) {
    EXPECT_EQ(packages_now(), json::value({{"enabled", false}}));
    expect_refused(set_packages({{"enabled", true}}), 400, "ValidationException");
    expect_refused(set_packages({{"enabled", true}, {"roleArn", "arn:aws:iam::1:nothing"}}), 400,
                   "ValidationException");
    parsed(set_packages({{"enabled", true}, {"roleArn", role_of_keys}}));
    EXPECT_EQ(packages_now(), json::value({{"enabled", true}, {"roleArn", role_of_keys}}));
    parsed(set_packages({{"enabled", false}}));
    EXPECT_EQ(packages_now(), json::value({{"enabled", false}, {"roleArn", role_of_keys}}));
    parsed(call("iot", "PATCH", package_path, "{}"));
    EXPECT_EQ(packages_now().at("enabled"), false);
}

}  // namespace
}  // namespace gatehouse::api
