#include "api/wire/response_writer.h"

#include <gtest/gtest.h>

#include "api/shapes/iot/describe_authorizer.h"
#include "api/shapes/lambda/delete_function.h"
#include "api/shapes/lambda/invoke.h"
#include "api/shapes/logs/create_log_group.h"
#include "api/shapes/logs/get_log_events.h"

namespace gatehouse::api::wire {
namespace {

template <class T>
std::string json_of(const T& value) {
    JsonText json;
    write(json, value);
    return json.text;
}

std::string header_of(const ResponseParts& parts, std::string_view name) {
    for (const auto& [key, value] : parts.headers) {
        if (key == name) return value;
    }
    return "(absent)";
}

TEST(JsonText, EscapesAndRepairs) {
    EXPECT_EQ(json_of(std::string("a\"b\\c\n\r\t\x01/")), "\"a\\\"b\\\\c\\n\\r\\t\\u0001/\"");
    EXPECT_EQ(json_of(std::string("\u00e4\U0001F600")), "\"\u00e4\U0001F600\"");
    EXPECT_EQ(json_of(std::string("a\xFF\xC3z")), "\"a\uFFFD\uFFFDz\"");
}

TEST(JsonText, WritesPlainValues) {
    EXPECT_EQ(json_of(std::int32_t(-5)), "-5");
    EXPECT_EQ(json_of(std::int64_t(1) << 53), "9007199254740992");
    EXPECT_EQ(json_of(0.5), "0.5");
    EXPECT_EQ(json_of(true), "true");
    EXPECT_EQ(json_of(Bytes{1, 2, 3}), "\"AQID\"");
    EXPECT_EQ(json_of(std::vector<std::string>{"a", "b"}), "[\"a\",\"b\"]");
    EXPECT_EQ(json_of(std::map<std::string, bool>{{"x", true}, {"y", false}}),
              "{\"x\":true,\"y\":false}");
}

TEST(Encode, LeavesOutWhatIsAbsent) {
    iot::DescribeAuthorizerResponse response;
    EXPECT_EQ(iot::DescribeAuthorizerShape::encode(response).body, "{}");
    response.authorizer_description.emplace();
    response.authorizer_description->authorizer_name = "A";
    response.authorizer_description->status = iot::AuthorizerStatus::Active;
    response.authorizer_description->creation_date = WallTime(std::chrono::milliseconds(1500));
    response.authorizer_description->signing_disabled = false;
    const auto parts = iot::DescribeAuthorizerShape::encode(response);
    EXPECT_EQ(parts.status, 200u);
    EXPECT_EQ(header_of(parts, "Content-Type"), "application/json");
    EXPECT_EQ(parts.body,
              "{\"authorizerDescription\":{\"authorizerName\":\"A\",\"status\":\"ACTIVE\","
              "\"creationDate\":1.500,\"signingDisabled\":false}}");
}

TEST(Encode, PayloadsHeadersAndStatus) {
    lambda::InvokeResponse response;
    response.status_code = 202;
    response.function_error = "Unhandled";
    response.payload = Bytes{'n', 'u', 'l', 'l'};
    const auto parts = lambda::InvokeShape::encode(response);
    EXPECT_EQ(parts.status, 202u);
    EXPECT_EQ(parts.body, "null");
    EXPECT_EQ(header_of(parts, "X-Amz-Function-Error"), "Unhandled");
    EXPECT_EQ(header_of(parts, "X-Amz-Executed-Version"), "(absent)");
}

TEST(Encode, NothingWhereThereIsNothing) {
    const auto deleted = lambda::DeleteFunctionShape::encode({});
    EXPECT_EQ(deleted.status, 204u);
    EXPECT_EQ(deleted.body, "");
    const auto created = api::logs::CreateLogGroupShape::encode({});
    EXPECT_EQ(created.status, 200u);
    EXPECT_EQ(created.body, "");
}

TEST(Encode, Json11) {
    api::logs::GetLogEventsResponse response;
    response.events.emplace();
    response.events->push_back({.timestamp = 5, .message = "m", .ingestion_time = 6});
    const auto parts = api::logs::GetLogEventsShape::encode(response);
    EXPECT_EQ(header_of(parts, "Content-Type"), "application/x-amz-json-1.1");
    EXPECT_EQ(parts.body, "{\"events\":[{\"timestamp\":5,\"message\":\"m\",\"ingestionTime\":6}]}");
}

}  // namespace
}  // namespace gatehouse::api::wire
