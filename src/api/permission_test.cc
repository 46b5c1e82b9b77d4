#include "api/permission.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "api/gatehouse/permissions.h"
#include "api/iam/permissions.h"
#include "api/iot/permissions.h"
#include "api/lambda/permissions.h"
#include "api/logs/permissions.h"
#include "api/shapes/gatehouse/model.h"
#include "api/shapes/iam/model.h"
#include "api/shapes/iot/model.h"
#include "api/shapes/lambda/model.h"
#include "api/shapes/logs/model.h"
#include "api/wire/form.h"

namespace gatehouse::api {
namespace {

using ::testing::ElementsAre;

Permission needed(const wire::ServiceModel& model, PermissionOf permission_of,
                  std::string_view operation, const wire::RequestParts& parts) {
    Caller caller;
    caller.tenant = {AccountId("111111111111"), Region("us-east-1")};
    caller.principal = "arn:aws:iam::111111111111:user/ann";
    const auto found = std::ranges::find(model.operations, operation, &wire::Operation::name);
    return permission_of(caller, operation, RequestNames(*found, parts, model.protocol));
}

Permission iot_needs(std::string_view operation, std::vector<std::string> labels,
                     std::string_view body = "", std::string_view query = "") {
    wire::Fields fields = wire::form_fields(query);
    return needed(iot::model(), &iot::permission_of, operation,
                  {.labels = std::move(labels), .query = fields, .headers = {}, .body = body});
}

Permission iam_needs(std::string_view operation, std::string_view form) {
    const wire::Fields fields = wire::form_fields(form);
    return needed(iam::model(), &iam::permission_of, operation,
                  {.labels = {}, .query = fields, .headers = {}, .body = form});
}

TEST(Permission, AResourceIsWhatThePathNames) {
    const Permission thing = iot_needs("CreateThing", {"lamp"});
    EXPECT_EQ(thing.action, "iot:CreateThing");
    EXPECT_THAT(thing.resources, ElementsAre("arn:aws:iot:us-east-1:111111111111:thing/lamp"));
    EXPECT_THAT(iot_needs("ListThings", {}).resources, ElementsAre("*"));
    EXPECT_THAT(iot_needs("AttachPolicy", {"p"}, R"({"target":"arn:of:a:cert"})").resources,
                ElementsAre("arn:of:a:cert"));
}

TEST(Permission, APrincipalIsTheResourceOfWhatItIsAttachedTo) {
    const std::string certificate =
        "arn:aws:iot:us-east-1:111111111111:cert/" + std::string(64, 'a');
    const auto needs = [&](std::string_view operation, std::string label, std::string header) {
        const std::vector<std::pair<std::string, std::string>> headers{
            {std::move(header), certificate}};
        return needed(iot::model(), &iot::permission_of, operation,
                      {.labels = {std::move(label)}, .query = {}, .headers = headers, .body = ""});
    };
    for (const char* operation : {"AttachThingPrincipal", "DetachThingPrincipal"}) {
        const Permission permission = needs(operation, "lamp", "X-Amzn-Principal");
        EXPECT_THAT(permission.resources, ElementsAre(certificate));
        ASSERT_EQ(permission.facts.size(), 1u);
        EXPECT_EQ(permission.facts[0].name, "iot:thingArn");
        EXPECT_THAT(permission.facts[0].values,
                    ElementsAre("arn:aws:iot:us-east-1:111111111111:thing/lamp"));
    }
    for (const char* operation : {"AttachPrincipalPolicy", "DetachPrincipalPolicy"}) {
        EXPECT_THAT(needs(operation, "p", "x-amzn-iot-principal").resources,
                    ElementsAre(certificate));
    }
}

TEST(Permission, OneSpellingOfWhatOperationsReadInSeveral) {
    const std::string id(64, 'b');
    EXPECT_THAT(iot_needs("UpdateCertificate", {std::string(64, 'B')}).resources,
                ElementsAre("arn:aws:iot:us-east-1:111111111111:cert/" + id));
    EXPECT_THAT(iot_needs("UpdateCACertificate", {std::string(64, 'B')}).resources,
                ElementsAre("arn:aws:iot:us-east-1:111111111111:cacert/" + id));
    const auto lambda_needs = [](std::string_view operation, std::vector<std::string> labels,
                                 const wire::Fields& query = {}) {
        return needed(lambda::model(), &lambda::permission_of, operation,
                      {.labels = std::move(labels), .query = query, .headers = {}, .body = ""})
            .resources;
    };
    const std::string of_lambda = "arn:aws:lambda:us-east-1:111111111111:";
    EXPECT_THAT(lambda_needs("GetLayerVersion", {"tools", "01"}),
                ElementsAre(of_lambda + "layer:tools:1"));
    EXPECT_THAT(
        lambda_needs("GetLayerVersion", {"arn:aws:lambda:us-east-1:222222222222:layer:tools", "2"}),
        ElementsAre("arn:aws:lambda:us-east-1:222222222222:layer:tools:2"));
    const wire::Fields by_arn{{"Arn", of_lambda + "layer:tools:01"}};
    EXPECT_THAT(lambda_needs("GetLayerVersionByArn", {}, by_arn),
                ElementsAre(of_lambda + "layer:tools:1"));
    for (const char* operation : {"TagResource", "UntagResource", "ListTags"}) {
        EXPECT_THAT(lambda_needs(operation, {of_lambda + "function:f"}),
                    ElementsAre(of_lambda + "function:f"));
    }
}

TEST(Permission, OfTagsOfLogGroupsTheGroupIsTheResource) {
    const auto logs_needs = [](std::string_view operation, std::string_view body) {
        return needed(logs::model(), &logs::permission_of, operation,
                      {.labels = {}, .query = {}, .headers = {}, .body = body})
            .resources;
    };
    const std::string group = "arn:aws:logs:us-east-1:111111111111:log-group:g";
    for (const char* operation : {"TagResource", "UntagResource", "ListTagsForResource"}) {
        EXPECT_THAT(logs_needs(operation, R"({"resourceArn":")" + group + "\"}"),
                    ElementsAre(group));
    }
    // base64 of "1 2 g".
    EXPECT_THAT(logs_needs("GetLogRecord", R"({"logRecordPointer":"MSAyIGc="})"),
                ElementsAre(group + ":log-stream:"));
}

TEST(Permission, WhatLogsAndRegistersInARolesNamePassesIt) {
    const auto reader =
        ElementsAre(PassedRole{"arn:aws:iam::111111111111:role/reader", "iot.amazonaws.com"});
    for (const char* operation : {"SetV2LoggingOptions", "SetLoggingOptions"}) {
        EXPECT_THAT(
            iot_needs(operation, {}, R"({"roleArn":"arn:aws:iam::111111111111:role/reader"})")
                .passed_roles,
            reader)
            << operation;
    }
    EXPECT_THAT(
        iot_needs("RegisterCACertificate", {},
                  R"({"registrationConfig":{"roleArn":"arn:aws:iam::111111111111:role/reader"}})")
            .passed_roles,
        reader);
    EXPECT_THAT(
        iot_needs(
            "UpdatePackageConfiguration", {},
            R"({"versionUpdateByJobsConfig":{"roleArn":"arn:aws:iam::111111111111:role/reader"}})")
            .passed_roles,
        reader);
    EXPECT_THAT(iot_needs("UpdateAccountAuditConfiguration", {},
                          R"({"roleArn":"arn:aws:iam::111111111111:role/reader"})")
                    .passed_roles,
                reader);
    EXPECT_THAT(iot_needs("UpdateEncryptionConfiguration", {},
                          R"({"kmsAccessRoleArn":"arn:aws:iam::111111111111:role/reader"})")
                    .passed_roles,
                reader);
    EXPECT_THAT(iot_needs("SetV2LoggingOptions", {}, R"({"disableAllLogs":true})").passed_roles,
                ElementsAre());
}

TEST(Permission, ATopicRulePassesTheRolesOfItsActions) {
    const std::string body =
        R"({"sql":"","actions":[{"republish":{"roleArn":"arn:aws:iam::111111111111:role/a"}},)"
        R"({"http":{"auth":{"sigv4":{"roleArn":"arn:aws:iam::111111111111:role/b"}}}},)"
        R"({"s3":{"roleArn":"arn:aws:iam::111111111111:role/a"}}],)"
        R"("errorAction":{"sqs":{"roleArn":"arn:aws:iam::111111111111:role/c"}}})";
    for (const char* operation : {"CreateTopicRule", "ReplaceTopicRule"}) {
        const Permission rule = iot_needs(operation, {"hot"}, body);
        EXPECT_EQ(rule.action, "iot:" + std::string(operation));
        EXPECT_THAT(rule.resources, ElementsAre("arn:aws:iot:us-east-1:111111111111:rule/hot"));
        EXPECT_THAT(
            rule.passed_roles,
            ElementsAre(PassedRole{"arn:aws:iam::111111111111:role/a", "iot.amazonaws.com"},
                        PassedRole{"arn:aws:iam::111111111111:role/b", "iot.amazonaws.com"},
                        PassedRole{"arn:aws:iam::111111111111:role/c", "iot.amazonaws.com"}));
    }
    EXPECT_THAT(iot_needs("DeleteTopicRule", {"hot"}).passed_roles, ElementsAre());
}

TEST(Permission, ARoleAliasPassesItsRole) {
    const Permission alias = iot_needs("CreateRoleAlias", {"Reader"},
                                       R"({"roleArn":"arn:aws:iam::111111111111:role/reader"})");
    EXPECT_THAT(alias.resources,
                ElementsAre("arn:aws:iot:us-east-1:111111111111:rolealias/Reader"));
    EXPECT_THAT(alias.passed_roles, ElementsAre(PassedRole{"arn:aws:iam::111111111111:role/reader",
                                                           "credentials.iot.amazonaws.com"}));
    EXPECT_THAT(iot_needs("UpdateCACertificate", {"ab"}).resources,
                ElementsAre("arn:aws:iot:us-east-1:111111111111:cacert/ab"));
}

TEST(Permission, CertificateProvidersAndScheduledAuditsAreResources) {
    EXPECT_THAT(iot_needs("DescribeScheduledAudit", {"daily"}).resources,
                ElementsAre("arn:aws:iot:us-east-1:111111111111:scheduledaudit/daily"));
    EXPECT_THAT(iot_needs("StartOnDemandAuditTask", {}).resources, ElementsAre("*"));
    EXPECT_THAT(iot_needs("DescribeCertificateProvider", {"own"}).resources,
                ElementsAre("arn:aws:iot:us-east-1:111111111111:certificateprovider/own"));
}

TEST(Permission, ADeviceThatIsConnectedTakesAllThatIsMadeForIt) {
    const auto connecting = [](std::string_view body) {
        const Permission needs =
            needed(gatehouse::model(), &gatehouse::permission_of, "ConnectDevice",
                   {.labels = {"pump"}, .query = {}, .headers = {}, .body = body});
        EXPECT_THAT(needs.resources, ElementsAre("arn:aws:iot:us-east-1:111111111111:thing/pump"));
        std::vector<std::string> besides;
        for (const Permission& each : needs.besides) {
            besides.push_back(each.action + " " + each.resources.at(0));
        }
        return besides;
    };
    const std::string arn = "arn:aws:iot:us-east-1:111111111111:";
    EXPECT_THAT(connecting("{}"), ElementsAre("iot:CreateThing " + arn + "thing/pump",
                                              "iot:CreateKeysAndCertificate *",
                                              "iot:CreatePolicy " + arn + "policy/pump-Policy",
                                              "iot:AttachPolicy " + arn + "cert/*",
                                              "iot:AttachThingPrincipal " + arn + "cert/*"));
    EXPECT_THAT(
        connecting(R"({"renew":true})"),
        ElementsAre("iot:ListThingPrincipals " + arn + "thing/pump",
                    "iot:GetPolicy " + arn + "policy/pump-Policy", "iot:CreateKeysAndCertificate *",
                    "iot:CreatePolicy " + arn + "policy/pump-Policy",
                    "iot:AttachPolicy " + arn + "cert/*",
                    "iot:AttachThingPrincipal " + arn + "cert/*"));
}

TEST(Permission, AThingThatIsRegisteredTakesAllThatItsTemplateMakes) {
    const Permission needs = iot_needs("RegisterThing", {},
                                       R"({"parameters":{"Name":"lamp"},)"
                                       R"("templateBody":"{\"Parameters\":{\"Name\":{\"Type\":)"
                                       R"(\"String\"}},\"Resources\":{\"t\":{\"Type\":)"
                                       R"(\"AWS::IoT::Thing\",\"Properties\":{\"ThingName\":)"
                                       R"({\"Ref\":\"Name\"}}}}}"})");
    EXPECT_EQ(needs.action, "iot:RegisterThing");
    ASSERT_EQ(needs.besides.size(), 1u);
    EXPECT_EQ(needs.besides[0].action, "iot:CreateThing");
    EXPECT_THAT(needs.besides[0].resources,
                ElementsAre("arn:aws:iot:us-east-1:111111111111:thing/lamp"));
    EXPECT_TRUE(iot_needs("RegisterThing", {}, R"({"templateBody":"no JSON"})").besides.empty());
}

TEST(Permission, AMemberThatTheOperationIgnoresIsNoCover) {
    EXPECT_THAT(iot_needs("CreatePolicy", {"p"}, R"({"thingName":"mine"})").resources,
                ElementsAre("arn:aws:iot:us-east-1:111111111111:policy/p"));
    EXPECT_THAT(
        iot_needs("CreateKeysAndCertificate", {}, R"({"thingName":"mine"})", "thingName=mine")
            .resources,
        ElementsAre("*"));
    EXPECT_THAT(iam_needs("DeleteUser", "UserName=bob&GroupName=mine").resources,
                ElementsAre("arn:aws:iam::111111111111:user/bob"));
    EXPECT_THAT(iam_needs("PutRolePolicy", "RoleName=r&UserName=mine&PolicyName=p").resources,
                ElementsAre("arn:aws:iam::111111111111:role/r"));
}

TEST(Permission, MembershipsNeedBothEnds) {
    EXPECT_THAT(iot_needs("AddThingToThingGroup", {},
                          R"({"thingName":"lamp","thingGroupArn":"arn:of:a:group"})")
                    .resources,
                ElementsAre("arn:aws:iot:us-east-1:111111111111:thing/lamp", "arn:of:a:group"));
}

TEST(Permission, OfIam) {
    EXPECT_THAT(iam_needs("CreateUser", "UserName=bob&Path=/ops/").resources,
                ElementsAre("arn:aws:iam::111111111111:user/ops/bob"));
    EXPECT_THAT(iam_needs("AddUserToGroup", "UserName=bob&GroupName=g").resources,
                ElementsAre("arn:aws:iam::111111111111:group/g"));
    EXPECT_THAT(iam_needs("CreateAccessKey", "").resources,
                ElementsAre("arn:aws:iam::111111111111:user/ann"))
        << "one's own";
    EXPECT_THAT(
        iam_needs("UpdateUser", "UserName=bob&NewUserName=carol").resources,
        ElementsAre("arn:aws:iam::111111111111:user/bob", "arn:aws:iam::111111111111:user/carol"));
    EXPECT_THAT(iam_needs("ListUsers", "").resources, ElementsAre("*"));
    EXPECT_THAT(iam_needs("AttachUserPolicy", "UserName=bob&PolicyArn=p").facts,
                ElementsAre(policy::Variable{"iam:PolicyARN", {"p"}, ""}));
}

TEST(Permission, TagsOfRequestsAreToldWhereAnOperationReadsThem) {
    const auto told = [](std::string_view operation, std::string_view body) {
        const wire::Operation* found = nullptr;
        for (const wire::Operation& each : iot::model().operations) {
            if (each.name == operation) found = &each;
        }
        const wire::RequestParts parts{.labels = {}, .query = {}, .headers = {}, .body = body};
        return tag_facts(operation, RequestNames(*found, parts, wire::Protocol::RestJson));
    };
    constexpr auto body = R"({"tags":[{"Key":"env","Value":"prod"}]})";
    EXPECT_THAT(told("CreateThingGroup", body),
                ElementsAre(policy::Variable{"aws:RequestTag/env", {"prod"}, ""},
                            policy::Variable{"aws:TagKeys", {"env"}, ""}));
    EXPECT_THAT(told("CreateThing", body), ElementsAre());
    EXPECT_THAT(told("UntagResource", R"({"tagKeys":["a","b"]})"),
                ElementsAre(policy::Variable{"aws:TagKeys", {"a", "b"}, ""}));
}

TEST(Permission, FunctionsAreNamedInManyWaysAndTakeRoles) {
    const auto lambda_needs = [](std::string_view operation, std::vector<std::string> labels,
                                 std::string_view body = "") {
        return needed(lambda::model(), &lambda::permission_of, operation,
                      {.labels = std::move(labels), .query = {}, .headers = {}, .body = body});
    };
    constexpr auto arn = "arn:aws:lambda:us-east-1:111111111111:function:f";
    for (const char* name : {"f", "111111111111:function:f", arn}) {
        const Permission invoke = lambda_needs("Invoke", {name});
        EXPECT_EQ(invoke.action, "lambda:InvokeFunction");
        EXPECT_THAT(invoke.resources, ElementsAre(arn)) << name;
    }
    EXPECT_THAT(lambda_needs("Invoke", {"f:PROD"}).resources,
                ElementsAre(std::string(arn) + ":PROD"));
    EXPECT_THAT(lambda_needs("GetFunction", {"f:PROD"}).resources, ElementsAre(arn));
    const Permission made =
        lambda_needs("CreateFunction", {},
                     R"({"FunctionName":"f","Role":"arn:aws:iam::999999999999:role/x/strong"})");
    EXPECT_THAT(made.passed_roles, ElementsAre(PassedRole{"arn:aws:iam::111111111111:role/strong",
                                                          "lambda.amazonaws.com"}))
        << "the role whose rights the function will have";
}

TEST(Permission, OfLogGroups) {
    const Permission put = needed(logs::model(), &logs::permission_of, "PutLogEvents",
                                  {.labels = {},
                                   .query = {},
                                   .headers = {},
                                   .body = R"({"logGroupName":"g","logStreamName":"s"})"});
    EXPECT_THAT(put.resources,
                ElementsAre("arn:aws:logs:us-east-1:111111111111:log-group:g:log-stream:s"));
    const Permission query = needed(
        logs::model(), &logs::permission_of, "StartQuery",
        {.labels = {}, .query = {}, .headers = {}, .body = R"({"logGroupNames":["a","b"]})"});
    EXPECT_THAT(query.resources,
                ElementsAre("arn:aws:logs:us-east-1:111111111111:log-group:a:log-stream:",
                            "arn:aws:logs:us-east-1:111111111111:log-group:b:log-stream:"));
}

}  // namespace
}  // namespace gatehouse::api
