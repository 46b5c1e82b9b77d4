// UpdateIndexingConfiguration, SearchIndex and its kin, and dynamic groups.
#include <gmock/gmock.h>

#include "api/iot/iot_fixture.h"

namespace gatehouse::api {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class IndexOperations : public IotFixture {
protected:
    net::HttpResponse post(const std::string& path, const json::object& body) {
        return call("iot", "POST", path, to_text(body));
    }
    void turn_on(json::object things = {{"thingIndexingMode", "REGISTRY"},
                                        {"thingConnectivityIndexingMode", "STATUS"}}) {
        parsed(post("/indexing/config",
                    {{"thingIndexingConfiguration", std::move(things)},
                     {"thingGroupIndexingConfiguration", {{"thingGroupIndexingMode", "ON"}}}}));
    }
    void make_thing(const std::string& name, json::object attributes = {}) {
        parsed(post("/things/" + name,
                    {{"attributePayload", {{"attributes", std::move(attributes)}}}}));
    }
    std::vector<std::string> names_in(const json::value& things) {
        std::vector<std::string> names;
        for (const json::value& thing : things.as_array()) {
            names.push_back(text(thing.at("thingName")));
        }
        return names;
    }
    std::vector<std::string> found(const std::string& query) {
        return names_in(parsed(post("/indices/search", {{"queryString", query}})).at("things"));
    }
    json::array members_of(const std::string& group) {
        // Whoever asks the index waits for what was noted before.
        parsed(post("/indices/search", {{"queryString", "*"}}));
        return parsed(call("iot", "GET", "/thing-groups/" + group + "/things"))
            .at("things")
            .as_array();
    }
};

TEST_F(IndexOperations, Configuration) {
    const auto off = parsed(call("iot", "GET", "/indexing/config"));
    EXPECT_EQ(off.at("thingIndexingConfiguration").at("thingIndexingMode"), "OFF");
    EXPECT_EQ(parsed(call("iot", "GET", "/indices")).at("indexNames"), json::array());
    EXPECT_EQ(parsed(call("iot", "GET", "/indices/AWS_Things")).at("schema"), "OFF");
    expect_refused(call("iot", "GET", "/indices/Others"), 404, "ResourceNotFoundException");
    turn_on({{"thingIndexingMode", "REGISTRY"},
             {"customFields",
              json::array{json::object{{"name", "attributes.a"}, {"type", "Number"}}}}});
    const auto on = parsed(call("iot", "GET", "/indexing/config"));
    const auto& things = on.at("thingIndexingConfiguration");
    EXPECT_EQ(things.at("thingConnectivityIndexingMode"), "OFF");
    EXPECT_EQ(things.at("customFields"),
              (json::array{json::object{{"name", "attributes.a"}, {"type", "Number"}}}));
    EXPECT_EQ(things.at("managedFields").as_array().size(), 5u);
    EXPECT_EQ(parsed(call("iot", "GET", "/indices")).at("indexNames"),
              (json::array{"AWS_Things", "AWS_ThingGroups"}));
    const auto first = parsed(call("iot", "GET", "/indices?maxResults=1"));
    EXPECT_EQ(first.at("indexNames"), (json::array{"AWS_Things"}));
    const auto token = std::string(first.at("nextToken").as_string());
    const auto last = parsed(call("iot", "GET", "/indices?maxResults=1&nextToken=" + token));
    EXPECT_EQ(last.at("indexNames"), (json::array{"AWS_ThingGroups"}));
    EXPECT_FALSE(last.as_object().contains("nextToken"));
    expect_refused(call("iot", "GET", "/indices?nextToken=x"), 400, "InvalidRequestException");
    EXPECT_EQ(parsed(call("iot", "GET", "/indices/AWS_ThingGroups")).at("schema"), "THING_GROUPS");
    expect_refused(
        post("/indexing/config",
             {{"thingIndexingConfiguration",
               {{"thingIndexingMode", "OFF"}, {"thingConnectivityIndexingMode", "STATUS"}}}}),
        400, "InvalidRequestException");
}

TEST_F(IndexOperations, Search) {
    make_thing("lamp", {{"color", "red"}, {"size", "3"}});
    expect_refused(post("/indices/search", {{"queryString", "*"}}), 400, "IndexNotReadyException");
    turn_on();
    make_thing("bell", {{"color", "blue"}, {"size", "5"}});
    EXPECT_THAT(found("attributes.color:red"), ElementsAre("lamp"));
    EXPECT_THAT(found("attributes.size>1"), ElementsAre("bell", "lamp"));
    const auto lamp =
        parsed(post("/indices/search", {{"queryString", "thingName:lamp"}})).at("things").at(0);
    EXPECT_EQ(lamp.at("attributes"), (json::object{{"color", "red"}, {"size", "3"}}));
    EXPECT_EQ(lamp.at("connectivity"), (json::object{{"connected", false}}));
    const auto first = parsed(post("/indices/search", {{"queryString", "*"}, {"maxResults", 1}}));
    EXPECT_THAT(names_in(first.at("things")), ElementsAre("bell"));
    const auto second = parsed(
        post("/indices/search",
             {{"queryString", "*"}, {"maxResults", 1}, {"nextToken", first.at("nextToken")}}));
    EXPECT_THAT(names_in(second.at("things")), ElementsAre("lamp"));
    EXPECT_EQ(second.as_object().if_contains("nextToken"), nullptr);
    const auto wrong = post("/indices/search", {{"queryString", "a:[1 TO"}});
    expect_refused(wrong, 400, "InvalidQueryException");
    EXPECT_THAT(wrong.body, HasSubstr("expected a number"));
    expect_refused(post("/indices/search", {{"queryString", "*"}, {"indexName", "Others"}}), 404,
                   "ResourceNotFoundException");
    expect_refused(post("/indices/search", {{"queryString", "*"}, {"queryVersion", "1"}}), 400,
                   "InvalidRequestException");
}

TEST_F(IndexOperations, Aggregations) {
    turn_on({{"thingIndexingMode", "REGISTRY"},
             {"customFields",
              json::array{json::object{{"name", "attributes.size"}, {"type", "Number"}},
                          json::object{{"name", "attributes.color"}, {"type", "String"}}}}});
    make_thing("a", {{"size", "1"}, {"color", "red"}});
    make_thing("b", {{"size", "3"}, {"color", "red"}});
    make_thing("c", {{"color", "blue"}});
    const json::object sizes{{"queryString", "*"}, {"aggregationField", "attributes.size"}};
    const json::object colors{{"queryString", "*"}, {"aggregationField", "attributes.color"}};
    const auto statistics = parsed(post("/indices/statistics", sizes)).at("statistics");
    EXPECT_EQ(statistics.at("count"), 2);
    EXPECT_EQ(statistics.at("average").to_number<double>(), 2);
    EXPECT_EQ(statistics.at("stdDeviation").to_number<double>(), 1);
    EXPECT_EQ(parsed(post("/indices/statistics", colors)).at("statistics"),
              (json::object{{"count", 3}}));
    EXPECT_EQ(
        parsed(post("/indices/statistics", {{"queryString", "*"}})).at("statistics").at("count"),
        3);
    EXPECT_EQ(parsed(post("/indices/cardinality", colors)).at("cardinality"), 2);
    EXPECT_EQ(parsed(post("/indices/percentiles", sizes)).at("percentiles").as_array().size(), 7u);
    expect_refused(post("/indices/percentiles", colors), 400, "InvalidAggregationException");
    json::object terms = colors;
    terms["bucketsAggregationType"] = {{"termsAggregation", {{"maxBuckets", 1}}}};
    const auto buckets = parsed(post("/indices/buckets", terms));
    EXPECT_EQ(buckets.at("totalCount"), 3);
    EXPECT_EQ(buckets.at("buckets"),
              (json::array{json::object{{"keyValue", "red"}, {"count", 2}}}));
    expect_refused(post("/indices/cardinality",
                        {{"queryString", "*"}, {"aggregationField", "attributes.other"}}),
                   400, "InvalidAggregationException");
}

TEST_F(IndexOperations, ConnectivityData) {
    make_thing("lamp");
    expect_refused(post("/things/lamp/connectivity-data", {}), 400, "IndexNotReadyException");
    turn_on();
    EXPECT_EQ(parsed(post("/things/lamp/connectivity-data", {})),
              (json::object{{"thingName", "lamp"}, {"connected", false}}));
    const Tenant tenant{AccountId("123456789012"), Region("us-east-1")};
    index.note(tenant, "lamp", {.is_connected = true, .since = clock.wall_now()});
    EXPECT_EQ(parsed(post("/things/lamp/connectivity-data", {})).at("connected"), true);
    expect_refused(post("/things/nobody/connectivity-data", {}), 404, "ResourceNotFoundException");
}

TEST_F(IndexOperations, DynamicGroups) {
    const json::object reds{{"queryString", "attributes.color:red"}};
    expect_refused(post("/dynamic-thing-groups/reds", reds), 400, "InvalidRequestException");
    turn_on();
    make_thing("lamp", {{"color", "red"}});
    make_thing("bell", {{"color", "blue"}});
    expect_refused(post("/dynamic-thing-groups/reds", {{"queryString", "a:["}}), 400,
                   "InvalidQueryException");
    const auto made = parsed(post("/dynamic-thing-groups/reds", reds));
    EXPECT_EQ(made.at("indexName"), "AWS_Things");
    EXPECT_EQ(made.at("queryVersion"), "2017-09-30");
    EXPECT_EQ(members_of("reds"), (json::array{"lamp"}));
    const auto described = parsed(call("iot", "GET", "/thing-groups/reds"));
    EXPECT_EQ(described.at("status"), "ACTIVE");
    EXPECT_EQ(described.at("queryString"), "attributes.color:red");
    expect_refused(call("iot", "PUT", "/thing-groups/addThingToThingGroup",
                        to_text(json::object{{"thingGroupName", "reds"}, {"thingName", "bell"}})),
                   400, "InvalidRequestException");
    expect_refused(call("iot", "DELETE", "/thing-groups/reds"), 400, "InvalidRequestException");
    const auto updated =
        parsed(call("iot", "PATCH", "/dynamic-thing-groups/reds",
                    to_text(json::object{{"queryString", "attributes.color:blue"},
                                         {"thingGroupProperties", json::object()}})));
    EXPECT_EQ(updated.at("version"), 2);
    EXPECT_EQ(members_of("reds"), (json::array{"bell"}));
    parsed(call("iot", "DELETE", "/dynamic-thing-groups/reds?expectedVersion=2"));
    expect_refused(call("iot", "GET", "/thing-groups/reds"), 404, "ResourceNotFoundException");
}

TEST_F(IndexOperations, NoPolicyIsAttachedToADynamicGroup) {
    turn_on();
    const auto made = parsed(post("/dynamic-thing-groups/all", {{"queryString", "*"}}));
    parsed(post("/policies/p",
                {{"policyDocument", R"({"Version":"2012-10-17","Statement":{"Effect":"Allow",)"
                                    R"("Action":"iot:*","Resource":"*"}})"}}));
    expect_refused(call("iot", "PUT", "/target-policies/p",
                        to_text(json::object{{"target", made.at("thingGroupArn")}})),
                   400, "InvalidRequestException");
}

}  // namespace
}  // namespace gatehouse::api
