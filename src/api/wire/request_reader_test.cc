#include "api/wire/request_reader.h"

#include <gtest/gtest.h>

#include "api/shapes/iot/create_authorizer.h"
#include "api/shapes/iot/list_authorizers.h"
#include "api/shapes/lambda/create_function.h"
#include "api/shapes/lambda/invoke.h"
#include "api/shapes/lambda/untag_resource.h"
#include "api/shapes/logs/filter_log_events.h"
#include "api/shapes/logs/put_log_events.h"

namespace gatehouse::api::wire {
namespace {

template <class Shape>
Outcome<typename Shape::Request> decode(std::string_view body, std::vector<std::string> labels = {},
                                        Fields query = {}, const Fields& headers = {}) {
    return Shape::decode({std::move(labels), std::move(query), headers, body});
}

template <class T>
std::string message_of(const Outcome<T>& outcome) {
    return outcome ? "(decoded)" : outcome.error().error.message;
}

Outcome<iot::CreateAuthorizerRequest> create(std::string_view body, std::string name = "Auto") {
    return decode<iot::CreateAuthorizerShape>(body, {std::move(name)});
}

TEST(Decode, TakesLabelsAndBody) {
    const auto request = create(R"({"authorizerFunctionArn":"arn:f","status":"INACTIVE",
        "tokenSigningPublicKeys":{"k":"pem"},"tags":[{"Key":"a","Value":"b"}],
        "signingDisabled":true,"unknownMember":{"deep":[1]},"tokenKeyName":null})");
    ASSERT_TRUE(request) << message_of(request);
    EXPECT_EQ(request->authorizer_name, "Auto");
    EXPECT_EQ(request->status, iot::AuthorizerStatus::Inactive);
    EXPECT_EQ(request->token_signing_public_keys->at("k"), "pem");
    EXPECT_EQ(request->tags->at(0).value, "b");
    EXPECT_EQ(request->signing_disabled, true);
    EXPECT_FALSE(request->token_key_name);
    EXPECT_FALSE(request->enable_caching_for_http);
}

TEST(Decode, ReportsEveryViolationInTheServicesWords) {
    const auto request = create(R"({"status":"ON","tokenKeyName":""})", "a b");
    ASSERT_FALSE(request);
    EXPECT_EQ(request.error().stage, Failure::Stage::Constraint);
    EXPECT_EQ(message_of(request),
              "5 validation errors detected: Value 'a b' at 'authorizerName' failed to satisfy "
              "constraint: Member must satisfy regular expression pattern: [\\w=,@-]+; Value null "
              "at 'authorizerFunctionArn' failed to satisfy constraint: Member must not be null; "
              "Value '' at 'tokenKeyName' failed to satisfy constraint: Member must have length "
              "greater than or equal to 1; Value '' at 'tokenKeyName' failed to satisfy "
              "constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_-]+; Value "
              "'ON' at 'status' failed to satisfy constraint: Member must satisfy enum value set: "
              "[ACTIVE, INACTIVE]");
}

TEST(Decode, NamesThePathOfNestedStructs) {
    EXPECT_EQ(message_of(create(R"({"authorizerFunctionArn":"x","tags":[{"Key":"a"},{}]})")),
              "1 validation error detected: Value null at 'tags.2.member.key' failed to satisfy "
              "constraint: Member must not be null");
}

TEST(Decode, ReportsMapsAsOne) {
    EXPECT_EQ(message_of(create(
                  R"({"authorizerFunctionArn":"x","tokenSigningPublicKeys":{"a b":"pem"}})")),
              "1 validation error detected: Value '{a b=pem}' at 'tokenSigningPublicKeys' failed "
              "to satisfy constraint: Map keys must satisfy constraint: [Member must have length "
              "less than or equal to 128, Member must have length greater than or equal to 1, "
              "Member must satisfy regular expression pattern: [a-zA-Z0-9:_-]+]");
    const std::string pem(5121, 'x');
    const auto request =
        create(R"({"authorizerFunctionArn":"x","tokenSigningPublicKeys":{"a":")" + pem + "\"}}");
    EXPECT_NE(message_of(request).find("Map value must satisfy constraint: [Member must have "
                                       "length less than or equal to 5120]"),
              std::string::npos);
    EXPECT_LT(message_of(request).size(), 1500u);  // long values are cut
}

TEST(Decode, ReportsListsOfTextsAsOne) {
    EXPECT_EQ(message_of(decode<api::logs::FilterLogEventsShape>(
                  R"({"logGroupName":"g","logStreamNames":["a:b","c"]})")),
              "1 validation error detected: Value '[a:b, c]' at 'logStreamNames' failed to "
              "satisfy constraint: Member must satisfy constraint: [Member must have length less "
              "than or equal to 512, Member must have length greater than or equal to 1, Member "
              "must satisfy regular expression pattern: [^:*]*]");
    EXPECT_EQ(message_of(decode<api::logs::FilterLogEventsShape>(
                  R"({"logGroupName":"g","logStreamNames":[]})")),
              "1 validation error detected: Value '[]' at 'logStreamNames' failed to satisfy "
              "constraint: Member must have length greater than or equal to 1");
}

TEST(Decode, BoundsNumbers) {
    EXPECT_EQ(message_of(
                  decode<api::logs::FilterLogEventsShape>(R"({"logGroupName":"g","limit":10001})")),
              "1 validation error detected: Value '10001' at 'limit' failed to satisfy "
              "constraint: Member must have value less than or equal to 10000");
    EXPECT_EQ(message_of(decode<iot::ListAuthorizersShape>("", {}, {{"pageSize", "0"}})),
              "1 validation error detected: Value '0' at 'pageSize' failed to satisfy "
              "constraint: Member must have value greater than or equal to 1");
}

TEST(Decode, ShowsMembersInLowerCamelCaseAndHidesSecrets) {
    const auto request = decode<lambda::CreateFunctionShape>(
        R"({"FunctionName":"f!","Role":"arn:aws:iam::123456789012:role/x","Code":{},
            "Environment":{"Variables":{"1":"secret"}}})");
    const std::string message = message_of(request);
    EXPECT_TRUE(message.starts_with(
        "2 validation errors detected: Value 'f!' at 'functionName' failed to satisfy "
        "constraint: Member must satisfy regular expression pattern: (arn:"))
        << message;
    EXPECT_NE(message.find("Value '***' at 'environment.variables'"), std::string::npos) << message;
}

TEST(Decode, ReadsQueriesAndHeaders) {
    const auto list = decode<iot::ListAuthorizersShape>(
        "", {}, {{"isAscendingOrder", "true"}, {"status", "ACTIVE"}, {"pageSize", "250"}});
    ASSERT_TRUE(list) << message_of(list);
    EXPECT_EQ(list->ascending_order, true);
    EXPECT_EQ(list->status, iot::AuthorizerStatus::Active);
    EXPECT_EQ(list->page_size, 250);

    const Fields headers = {{"x-amz-invocation-type", "Event"}};
    const auto invoke = decode<lambda::InvokeShape>("{\"a\":1}", {"f"}, {}, headers);
    ASSERT_TRUE(invoke) << message_of(invoke);
    EXPECT_EQ(invoke->invocation_type, lambda::InvocationType::Event);
    EXPECT_EQ(text_of(*invoke->payload), "{\"a\":1}");

    const auto untag =
        decode<lambda::UntagResourceShape>("", {"arn:aws:lambda:us-east-1:123456789012:function:f"},
                                           {{"tagKeys", "a"}, {"tagKeys", "b"}});
    ASSERT_TRUE(untag) << message_of(untag);
    EXPECT_EQ(untag->tag_keys, (std::vector<std::string>{"a", "b"}));
}

TEST(Decode, ReadsBlobs) {
    const auto request = decode<lambda::CreateFunctionShape>(
        R"({"FunctionName":"f","Role":"arn:aws:iam::123456789012:role/x",
            "Code":{"ZipFile":"UEsDBA=="}})");
    ASSERT_TRUE(request) << message_of(request);
    EXPECT_EQ(request->code.zip_file, (Bytes{'P', 'K', 3, 4}));
}

TEST(Decode, WhatCannotBeReadIsMalformed) {
    for (const auto& [body, part] :
         {std::pair("{", "Could not parse request body into json"),
          std::pair("[]", "the body must be an object, not an array"),
          std::pair(R"({"authorizerFunctionArn":1})",
                    "'authorizerFunctionArn' must be a string, not a number"),
          std::pair(R"({"authorizerFunctionArn":"x","signingDisabled":"yes"})",
                    "'signingDisabled' must be true or false, not a string"),
          std::pair(R"({"authorizerFunctionArn":"x","tags":{}})",
                    "'tags' must be a list, not an object"),
          std::pair(R"({"authorizerFunctionArn":"x","tags":[null]})",
                    "'tags.1.member' must be an object, not null")}) {
        const auto request = create(body);
        ASSERT_FALSE(request) << body;
        EXPECT_EQ(request.error().stage, Failure::Stage::Malformed);
        EXPECT_NE(message_of(request).find(part), std::string::npos) << message_of(request);
    }
    EXPECT_FALSE(create(R"({"authorizerFunctionArn":"x"})", "\xFF"));
    EXPECT_FALSE(decode<iot::ListAuthorizersShape>("", {}, {{"pageSize", "many"}}));
    EXPECT_FALSE(decode<iot::ListAuthorizersShape>("", {}, {{"isAscendingOrder", "1"}}));
}

TEST(Decode, DepthIsBounded) {
    const std::string deep = "{\"x\":" + std::string(5000, '[') + std::string(5000, ']') + "}";
    EXPECT_FALSE(create(deep));
}

TEST(Decode, AnEmptyBodyHasNoMembers) {
    EXPECT_EQ(message_of(decode<api::logs::PutLogEventsShape>("")),
              "3 validation errors detected: Value null at 'logGroupName' failed to satisfy "
              "constraint: Member must not be null; Value null at 'logStreamName' failed to "
              "satisfy constraint: Member must not be null; Value null at 'logEvents' failed to "
              "satisfy constraint: Member must not be null");
}

TEST(Decode, LengthsCountAsJavaCounts) {
    EXPECT_EQ(utf16_length("a\u00e4\u4e2d"), 3u);
    EXPECT_EQ(utf16_length("\U0001F600"), 2u);
}

}  // namespace
}  // namespace gatehouse::api::wire
