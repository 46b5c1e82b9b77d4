// TagResource, UntagResource and ListTagsForResource.
#include "api/iot/iot_fixture.h"

namespace gatehouse::api {
namespace {

constexpr const char* arn_prefix = "arn:aws:iot:us-east-1:123456789012:";

class TagOperations : public IotFixture {
protected:
    net::HttpResponse list(const std::string& resource) {
        return call("iot", "GET", "/tags?resourceArn=" + percent_encode(arn_prefix + resource));
    }
    json::value tags(const std::string& resource) { return parsed(list(resource)).at("tags"); }
    net::HttpResponse tag(const std::string& resource, const json::array& tags) {
        return call("iot", "POST", "/tags",
                    to_text(json::object{{"resourceArn", arn_prefix + resource}, {"tags", tags}}));
    }
    net::HttpResponse untag(const std::string& resource, const json::array& keys) {
        return call(
            "iot", "POST", "/untag",
            to_text(json::object{{"resourceArn", arn_prefix + resource}, {"tagKeys", keys}}));
    }
    static json::object pair(const std::string& key, const std::string& value) {
        return {{"Key", key}, {"Value", value}};
    }
};

TEST_F(TagOperations, OfAThingType) {
    parsed(call("iot", "POST", "/thing-types/Lamp", R"({"tags":[{"Key":"a","Value":"1"}]})"));
    EXPECT_EQ(tags("thingtype/Lamp"), (json::array{pair("a", "1")}));
    parsed(tag("thingtype/Lamp", {pair("b", "2"), pair("a", "3")}));
    EXPECT_EQ(tags("thingtype/Lamp"), (json::array{pair("a", "3"), pair("b", "2")}));
    parsed(untag("thingtype/Lamp", {"a", "unknown"}));
    EXPECT_EQ(tags("thingtype/Lamp"), (json::array{pair("b", "2")}));
    const auto type = parsed(call("iot", "GET", "/thing-types/Lamp"));
    EXPECT_EQ(type.at("thingTypeName"), "Lamp") << "the rest of it stays";
}

TEST_F(TagOperations, OfAPolicyAndAnAuthorizer) {
    const std::string document =
        R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}})";
    parsed(
        call("iot", "POST", "/policies/Lamp", to_text(json::object{{"policyDocument", document}})));
    EXPECT_EQ(tags("policy/Lamp"), json::array());
    parsed(tag("policy/Lamp", {pair("a", "1")}));
    EXPECT_EQ(tags("policy/Lamp"), (json::array{pair("a", "1")}));
    parsed(call("iot", "POST", "/authorizer/Door",
                R"({"authorizerFunctionArn":"arn:aws:lambda:us-east-1:123456789012:function:f",)"
                R"("signingDisabled":true})"));
    parsed(tag("authorizer/Door", {pair("a", "")}));
    EXPECT_EQ(tags("authorizer/Door"), (json::array{pair("a", "")}));
}

TEST_F(TagOperations, FiftyAreTheMost) {
    parsed(call("iot", "POST", "/thing-types/Lamp"));
    json::array fifty;
    for (int i = 0; i < 50; ++i) fifty.push_back(pair("key" + std::to_string(i), "v"));
    parsed(tag("thingtype/Lamp", fifty));
    expect_refused(tag("thingtype/Lamp", {pair("one more", "v")}), 410, "LimitExceededException");
    parsed(tag("thingtype/Lamp", {pair("key0", "other")}));
    EXPECT_EQ(tags("thingtype/Lamp").as_array().size(), 50u);
}

TEST_F(TagOperations, OnlyWhatIsThereAndHasTags) {
    expect_refused(list("thingtype/Lamp"), 404, "ResourceNotFoundException");
    expect_refused(tag("policy/Lamp", {pair("a", "1")}), 404, "ResourceNotFoundException");
    expect_refused(untag("authorizer/Door", {"a"}), 404, "ResourceNotFoundException");
    expect_refused(list("thing/lamp"), 400, "InvalidRequestException");
    expect_refused(call("iot", "GET", "/tags?resourceArn=lamp"), 400, "InvalidRequestException");
    expect_refused(call("iot", "GET",
                        "/tags?resourceArn=" + percent_encode("arn:aws:iot:eu-west-1:123456789012:"
                                                              "thingtype/Lamp")),
                   400, "InvalidRequestException");
    parsed(call("iot", "POST", "/thing-types/Lamp"));
    expect_refused(tag("thingtype/Lamp", {pair("aws:a", "1")}), 400, "InvalidRequestException");
    expect_refused(tag("thingtype/Lamp", {pair("a", "1"), pair("a", "2")}), 400,
                   "InvalidRequestException");
}

}  // namespace
}  // namespace gatehouse::api
