// CreateBillingGroup and what comes after it.
#include "api/iot/iot_fixture.h"

namespace gatehouse::api {
namespace {

class BillingGroupOperations : public IotFixture {
protected:
    json::value create(const std::string& name) {
        return parsed(call("iot", "POST", "/billing-groups/" + name));
    }
    net::HttpResponse put(const std::string& operation, const json::object& body) {
        return call("iot", "PUT", "/billing-groups/" + operation, to_text(body));
    }
    net::HttpResponse add(const std::string& thing, const std::string& group) {
        return put("addThingToBillingGroup", {{"thingName", thing}, {"billingGroupName", group}});
    }
    json::value things_in(const std::string& group) {
        return parsed(call("iot", "GET", "/billing-groups/" + group + "/things")).at("things");
    }
    // Of a thing; "" when it is in none.
    std::string group_of(const std::string& thing) {
        const auto found = parsed(call("iot", "GET", "/things/" + thing));
        const auto* group = found.as_object().if_contains("billingGroupName");
        return group == nullptr ? "" : text(*group);
    }
};

TEST_F(BillingGroupOperations, AGroupsLife) {
    const std::string body = R"({"billingGroupProperties":{"billingGroupDescription":"hall"},)"
                             R"("tags":[{"Key":"k","Value":"v"}]})";
    const auto made = parsed(call("iot", "POST", "/billing-groups/Hall", body));
    const std::string arn = "arn:aws:iot:us-east-1:123456789012:billinggroup/Hall";
    EXPECT_EQ(text(made.at("billingGroupArn")), arn);
    EXPECT_EQ(parsed(call("iot", "POST", "/billing-groups/Hall", body)).at("billingGroupId"),
              made.at("billingGroupId"));
    expect_refused(call("iot", "POST", "/billing-groups/Hall"), 409,
                   "ResourceAlreadyExistsException");
    auto found = parsed(call("iot", "GET", "/billing-groups/Hall"));
    EXPECT_EQ(found.at("billingGroupId"), made.at("billingGroupId"));
    EXPECT_EQ(found.at("version"), 1);
    EXPECT_EQ(found.at("billingGroupProperties").at("billingGroupDescription"), "hall");
    EXPECT_TRUE(found.at("billingGroupMetadata").as_object().contains("creationDate"));
    EXPECT_EQ(parsed(call("iot", "GET", "/tags?resourceArn=" + percent_encode(arn)))
                  .at("tags")
                  .as_array()
                  .size(),
              1u);
    const auto updated =
        parsed(call("iot", "PATCH", "/billing-groups/Hall",
                    R"({"billingGroupProperties":{"billingGroupDescription":"door"}})"));
    EXPECT_EQ(updated.at("version"), 2);
    expect_refused(call("iot", "PATCH", "/billing-groups/Hall",
                        R"({"billingGroupProperties":{},"expectedVersion":1})"),
                   409, "VersionConflictException");
    expect_refused(call("iot", "DELETE", "/billing-groups/Hall?expectedVersion=1"), 409,
                   "VersionConflictException");
    parsed(call("iot", "DELETE", "/billing-groups/Hall?expectedVersion=2"));
    parsed(call("iot", "DELETE", "/billing-groups/Hall"));
    expect_refused(call("iot", "GET", "/billing-groups/Hall"), 404, "ResourceNotFoundException");
}

TEST_F(BillingGroupOperations, Lists) {
    for (const char* name : {"b", "a-2", "a-1"}) create(name);
    const auto names = [&](const std::string& query) {
        std::string found;
        const auto page = parsed(call("iot", "GET", "/billing-groups" + query));
        for (const auto& group : page.at("billingGroups").as_array()) {
            found += text(group.at("groupName")) + " ";
        }
        return found;
    };
    EXPECT_EQ(names(""), "a-1 a-2 b ");
    EXPECT_EQ(names("?namePrefixFilter=a"), "a-1 a-2 ");
    EXPECT_EQ(names("?maxResults=1"), "a-1 ");
}

TEST_F(BillingGroupOperations, AThingIsInAtMostOne) {
    create("one");
    create("two");
    expect_refused(call("iot", "POST", "/things/x", R"({"billingGroupName":"none"})"), 404,
                   "ResourceNotFoundException");
    parsed(call("iot", "POST", "/things/x", R"({"billingGroupName":"one"})"));
    parsed(call("iot", "POST", "/things/y"));
    EXPECT_EQ(group_of("x"), "one");
    EXPECT_EQ(group_of("y"), "");
    parsed(add("y", "one"));
    parsed(add("y", "one"));
    EXPECT_EQ(things_in("one"), (json::array{"x", "y"}));
    parsed(put("addThingToBillingGroup",
               {{"thingArn", "arn:aws:iot:us-east-1:123456789012:thing/x"},
                {"billingGroupArn", "arn:aws:iot:us-east-1:123456789012:billinggroup/two"}}));
    EXPECT_EQ(group_of("x"), "two");
    EXPECT_EQ(things_in("one"), (json::array{"y"}));
    EXPECT_EQ(things_in("two"), (json::array{"x"}));
    expect_refused(add("x", "none"), 404, "ResourceNotFoundException");
    expect_refused(add("none", "one"), 404, "ResourceNotFoundException");
    expect_refused(put("addThingToBillingGroup", {{"billingGroupName", "one"}}), 400,
                   "InvalidRequestException");
    expect_refused(call("iot", "GET", "/billing-groups/none/things"), 404,
                   "ResourceNotFoundException");

    parsed(put("removeThingFromBillingGroup", {{"thingName", "x"}, {"billingGroupName", "one"}}));
    EXPECT_EQ(group_of("x"), "two") << "it is not in that one";
    parsed(put("removeThingFromBillingGroup", {{"thingName", "x"}, {"billingGroupName", "two"}}));
    EXPECT_EQ(group_of("x"), "");
    EXPECT_EQ(things_in("two"), json::array());
}

TEST_F(BillingGroupOperations, WhatIsDeletedLetsGo) {
    create("one");
    parsed(call("iot", "POST", "/things/x", R"({"billingGroupName":"one"})"));
    parsed(call("iot", "POST", "/things/y", R"({"billingGroupName":"one"})"));
    parsed(call("iot", "DELETE", "/things/x"));
    EXPECT_EQ(things_in("one"), (json::array{"y"}));
    parsed(call("iot", "DELETE", "/billing-groups/one"));
    EXPECT_EQ(group_of("y"), "");
    create("one");
    EXPECT_EQ(things_in("one"), json::array());
}

}  // namespace
}  // namespace gatehouse::api
