// CreateThingGroup and what comes after it; the things in groups; the policies of groups.
#include "api/iot/iot_fixture.h"

namespace gatehouse::api {
namespace {

class ThingGroupOperations : public IotFixture {
protected:
    net::HttpResponse try_create(const std::string& name, const std::string& parent = "") {
        json::object body;
        if (!parent.empty()) body["parentGroupName"] = parent;
        return call("iot", "POST", "/thing-groups/" + name, to_text(body));
    }
    json::value create(const std::string& name, const std::string& parent = "") {
        return parsed(try_create(name, parent));
    }
    json::value describe(const std::string& name) {
        return parsed(call("iot", "GET", "/thing-groups/" + name));
    }
    net::HttpResponse put(const std::string& operation, const json::object& body) {
        return call("iot", "PUT", "/thing-groups/" + operation, to_text(body));
    }
    net::HttpResponse add(const std::string& thing, const std::string& group) {
        return put("addThingToThingGroup", {{"thingName", thing}, {"thingGroupName", group}});
    }
    static std::string joined(const json::value& groups) {
        std::string names;
        for (const auto& group : groups.as_array()) names += text(group.at("groupName")) + " ";
        return names;
    }
    std::string groups(const std::string& query = "") {
        return joined(parsed(call("iot", "GET", "/thing-groups" + query)).at("thingGroups"));
    }
    std::string groups_of(const std::string& thing) {
        return joined(
            parsed(call("iot", "GET", "/things/" + thing + "/thing-groups")).at("thingGroups"));
    }
    json::value things_in(const std::string& group, const std::string& query = "") {
        return parsed(call("iot", "GET", "/thing-groups/" + group + "/things" + query))
            .at("things");
    }
    void make_thing(const std::string& name) { parsed(call("iot", "POST", "/things/" + name)); }
    void make_policy(const std::string& name) {
        const json::object body{
            {"policyDocument",
             R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}})"}};
        parsed(call("iot", "POST", "/policies/" + name, to_text(body)));
    }
    net::HttpResponse attach(const std::string& policy, const std::string& group) {
        return call("iot", "PUT", "/target-policies/" + policy,
                    to_text(json::object{{"target", arn(group)}}));
    }
    std::string policies(const std::string& group, const std::string& query = "") {
        std::string names;
        const auto page =
            parsed(call("iot", "POST", "/attached-policies/" + percent_encode(arn(group)) + query));
        for (const auto& policy : page.at("policies").as_array()) {
            names += text(policy.at("policyName")) + " ";
        }
        if (page.as_object().contains("nextMarker")) marker = text(page.at("nextMarker"));
        return names;
    }
    static std::string arn(const std::string& group) {
        return "arn:aws:iot:us-east-1:123456789012:thinggroup/" + group;
    }
    std::string marker;
};

TEST_F(ThingGroupOperations, AGroupsLife) {
    const std::string body =
        R"({"thingGroupProperties":{"thingGroupDescription":"lamps",)"
        R"("attributePayload":{"attributes":{"a":"1"}}},"tags":[{"Key":"k","Value":"v"}]})";
    const auto made = parsed(call("iot", "POST", "/thing-groups/Lamps", body));
    EXPECT_EQ(text(made.at("thingGroupArn")), arn("Lamps"));
    EXPECT_EQ(parsed(call("iot", "POST", "/thing-groups/Lamps", body)).at("thingGroupId"),
              made.at("thingGroupId"));
    const auto other = try_create("Lamps");
    expect_refused(other, 409, "ResourceAlreadyExistsException");
    EXPECT_NE(other.body.find("already exists in current account with different properties"),
              std::string::npos);
    auto found = describe("Lamps");
    EXPECT_EQ(found.at("version"), 1);
    EXPECT_EQ(found.at("thingGroupProperties").at("thingGroupDescription"), "lamps");
    EXPECT_TRUE(found.at("thingGroupMetadata").as_object().contains("creationDate"));
    EXPECT_FALSE(found.at("thingGroupMetadata").as_object().contains("parentGroupName"));
    EXPECT_EQ(parsed(call("iot", "GET", "/tags?resourceArn=" + percent_encode(arn("Lamps"))))
                  .at("tags")
                  .as_array()
                  .size(),
              1u);

    const auto update = [&](const std::string& text) {
        return call("iot", "PATCH", "/thing-groups/Lamps", text);
    };
    const auto merged = parsed(update(
        R"({"thingGroupProperties":{"attributePayload":{"attributes":{"b":"2"},"merge":true}}})"));
    EXPECT_EQ(merged.at("version"), 2);
    found = describe("Lamps");
    EXPECT_EQ(found.at("thingGroupProperties").at("thingGroupDescription"), "lamps");
    EXPECT_EQ(found.at("thingGroupProperties").at("attributePayload").at("attributes"),
              (json::object{{"a", "1"}, {"b", "2"}}));
    const auto late = update(R"({"thingGroupProperties":{},"expectedVersion":1})");
    expect_refused(late, 409, "VersionConflictException");
    EXPECT_NE(
        late.body.find("The version for thing group Lamps does not match the expected version."),
        std::string::npos);
    expect_refused(call("iot", "PATCH", "/thing-groups/Other", R"({"thingGroupProperties":{}})"),
                   404, "ResourceNotFoundException");
    expect_refused(call("iot", "DELETE", "/thing-groups/Lamps?expectedVersion=1"), 409,
                   "VersionConflictException");
    parsed(call("iot", "DELETE", "/thing-groups/Lamps?expectedVersion=2"));
    parsed(call("iot", "DELETE", "/thing-groups/Lamps"));
    expect_refused(call("iot", "GET", "/thing-groups/Lamps"), 404, "ResourceNotFoundException");
}

TEST_F(ThingGroupOperations, AHierarchy) {
    create("g1");
    for (int level = 2; level <= 7; ++level) {
        create("g" + std::to_string(level), "g" + std::to_string(level - 1));
    }
    expect_refused(try_create("g8", "g7"), 400, "InvalidRequestException");
    expect_refused(try_create("lost", "nothing"), 400, "InvalidRequestException");
    const auto metadata = describe("g3").at("thingGroupMetadata");
    EXPECT_EQ(metadata.at("parentGroupName"), "g2");
    EXPECT_EQ(joined(metadata.at("rootToParentThingGroups")), "g1 g2 ");
    EXPECT_EQ(text(metadata.at("rootToParentThingGroups").at(0).at("groupArn")), arn("g1"));
    const auto kept = call("iot", "DELETE", "/thing-groups/g6");
    expect_refused(kept, 400, "InvalidRequestException");
    EXPECT_NE(
        kept.body.find(
            "Cannot delete thing group : g6 when there are still child groups attached to it"),
        std::string::npos);
    parsed(call("iot", "DELETE", "/thing-groups/g7"));
    parsed(call("iot", "DELETE", "/thing-groups/g6"));
}

TEST_F(ThingGroupOperations, AHundredChildrenAreTheMost) {
    create("root");
    for (int i = 0; i < 100; ++i) create("c" + std::to_string(i), "root");
    expect_refused(try_create("one-more", "root"), 400, "InvalidRequestException");
    parsed(call("iot", "DELETE", "/thing-groups/c7"));
    create("one-more", "root");
}

TEST_F(ThingGroupOperations, Lists) {
    create("a");
    create("a-1", "a");
    create("a-1-1", "a-1");
    create("b");
    EXPECT_EQ(groups(), "a a-1 a-1-1 b ");
    EXPECT_EQ(groups("?recursive=false"), "a b ");
    EXPECT_EQ(groups("?parentGroup=a"), "a-1 a-1-1 ");
    EXPECT_EQ(groups("?parentGroup=a&recursive=false"), "a-1 ");
    EXPECT_EQ(groups("?namePrefixFilter=a-1"), "a-1 a-1-1 ");
    expect_refused(call("iot", "GET", "/thing-groups?parentGroup=none"), 404,
                   "ResourceNotFoundException");
    const auto page = parsed(call("iot", "GET", "/thing-groups?maxResults=3"));
    EXPECT_EQ(groups("?maxResults=3&nextToken=" + percent_encode(text(page.at("nextToken")))),
              "b ");
}

TEST_F(ThingGroupOperations, ThingsInGroups) {
    create("root");
    create("child", "root");
    create("sister", "root");
    create("other");
    for (const char* thing : {"x", "y"}) make_thing(thing);
    parsed(add("x", "child"));
    parsed(add("x", "child"));
    parsed(add("x", "other"));
    parsed(put("addThingToThingGroup", {{"thingArn", "arn:aws:iot:us-east-1:123456789012:thing/y"},
                                        {"thingGroupArn", arn("root")}}));
    EXPECT_EQ(groups_of("x"), "child other ");
    EXPECT_EQ(things_in("root"), (json::array{"y"}));
    EXPECT_EQ(things_in("root", "?recursive=true"), (json::array{"x", "y"}));
    expect_refused(add("x", "sister"), 400, "InvalidRequestException");
    expect_refused(add("x", "root"), 400, "InvalidRequestException");
    expect_refused(add("x", "none"), 404, "ResourceNotFoundException");
    expect_refused(add("none", "root"), 404, "ResourceNotFoundException");
    expect_refused(put("addThingToThingGroup", {{"thingName", "x"}}), 400,
                   "InvalidRequestException");
    expect_refused(
        put("addThingToThingGroup",
            {{"thingName", "x"}, {"thingGroupName", "other"}, {"thingGroupArn", arn("root")}}),
        400, "InvalidRequestException");
    expect_refused(call("iot", "GET", "/things/none/thing-groups"), 404,
                   "ResourceNotFoundException");
    expect_refused(call("iot", "GET", "/thing-groups/none/things"), 404,
                   "ResourceNotFoundException");

    parsed(put("updateThingGroupsForThing", {{"thingName", "x"},
                                             {"thingGroupsToAdd", {"sister"}},
                                             {"thingGroupsToRemove", {"child", "other"}}}));
    EXPECT_EQ(groups_of("x"), "sister ");
    EXPECT_EQ(things_in("child"), json::array());
    EXPECT_EQ(things_in("root", "?recursive=true"), (json::array{"x", "y"}));
    expect_refused(put("updateThingGroupsForThing",
                       {{"thingName", "x"}, {"thingGroupsToAdd", {"other", "child"}}}),
                   400, "InvalidRequestException");
    EXPECT_EQ(groups_of("x"), "sister ") << "all or nothing";
    parsed(put("removeThingFromThingGroup", {{"thingName", "y"}, {"thingGroupName", "root"}}));
    parsed(put("removeThingFromThingGroup", {{"thingName", "y"}, {"thingGroupName", "root"}}));
    EXPECT_EQ(things_in("root", "?recursive=true"), (json::array{"x"}));

    parsed(call("iot", "DELETE", "/thing-groups/sister"));
    EXPECT_EQ(groups_of("x"), "");
    EXPECT_EQ(things_in("root", "?recursive=true"), json::array());
    parsed(add("x", "child"));
    parsed(call("iot", "DELETE", "/things/x"));
    make_thing("x");
    EXPECT_EQ(groups_of("x"), "");
    EXPECT_EQ(things_in("root", "?recursive=true"), json::array());
}

TEST_F(ThingGroupOperations, AThingIsInAtMostTen) {
    make_thing("x");
    for (int i = 0; i < 11; ++i) create("g" + std::to_string(i));
    for (int i = 0; i < 10; ++i) parsed(add("x", "g" + std::to_string(i)));
    expect_refused(add("x", "g10"), 400, "InvalidRequestException");
    parsed(
        put("updateThingGroupsForThing",
            {{"thingName", "x"}, {"thingGroupsToAdd", {"g10"}}, {"thingGroupsToRemove", {"g0"}}}));
}

TEST_F(ThingGroupOperations, PoliciesOfGroups) {
    create("root");
    create("child", "root");
    for (const char* name : {"p1", "p2", "p3"}) make_policy(name);
    expect_refused(attach("p1", "none"), 404, "ResourceNotFoundException");
    parsed(attach("p2", "root"));
    parsed(attach("p3", "root"));
    parsed(attach("p1", "child"));
    parsed(attach("p3", "child"));
    EXPECT_EQ(policies("child"), "p1 p3 ");
    EXPECT_EQ(policies("child", "?recursive=true"), "p1 p2 p3 ");
    EXPECT_EQ(policies("root", "?recursive=true"), "p2 p3 ");
    EXPECT_EQ(policies("child", "?recursive=true&pageSize=2"), "p1 p2 ");
    EXPECT_EQ(policies("child", "?recursive=true&pageSize=2&marker=" + percent_encode(marker)),
              "p3 ");
    parsed(call("iot", "DELETE", "/thing-groups/child"));
    parsed(call("iot", "DELETE", "/policies/p1"));
}

}  // namespace
}  // namespace gatehouse::api
