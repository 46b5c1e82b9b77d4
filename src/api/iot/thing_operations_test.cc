// CreateThing, CreateThingType and what comes after them.
#include "api/iot/iot_fixture.h"

namespace gatehouse::api {
namespace {

class ThingOperations : public IotFixture {
protected:
    json::value create(const std::string& name, const std::string& body = "") {
        return parsed(call("iot", "POST", "/things/" + name, body));
    }
    json::value describe(const std::string& name) {
        return parsed(call("iot", "GET", "/things/" + name));
    }
    net::HttpResponse update(const std::string& name, const std::string& body) {
        return call("iot", "PATCH", "/things/" + name, body);
    }
    std::string names(const std::string& query) {
        std::string found;
        const auto page = parsed(call("iot", "GET", "/things" + query));
        for (const auto& thing : page.at("things").as_array()) {
            found += text(thing.at("thingName")) + " ";
        }
        return found;
    }
    net::HttpResponse attach(const std::string& thing, const std::string& principal,
                             const std::string& query = "") {
        return call("iot", "PUT", "/things/" + thing + "/principals" + query, "",
                    {{"x-amzn-principal", principal}});
    }
};

TEST_F(ThingOperations, AThingsLife) {
    const auto made = create("lamp", R"({"attributePayload":{"attributes":{"room":"hall"}}})");
    EXPECT_EQ(made.at("thingArn"), "arn:aws:iot:us-east-1:123456789012:thing/lamp");
    const auto again = create("lamp", R"({"attributePayload":{"attributes":{"room":"hall"}}})");
    EXPECT_EQ(again.at("thingId"), made.at("thingId")) << "the same again is the same";
    const auto other = call("iot", "POST", "/things/lamp");
    expect_refused(other, 409, "ResourceAlreadyExistsException");
    EXPECT_NE(other.body.find("Thing lamp already exists in account with different attributes"),
              std::string::npos);
    auto found = describe("lamp");
    EXPECT_EQ(found.at("defaultClientId"), "lamp");
    EXPECT_EQ(found.at("thingId"), made.at("thingId"));
    EXPECT_EQ(found.at("version"), 1);
    EXPECT_EQ(found.at("attributes").at("room"), "hall");
    EXPECT_FALSE(found.as_object().contains("thingTypeName"));

    EXPECT_EQ(
        update("lamp", R"({"attributePayload":{"attributes":{"watt":"40"},"merge":true}})").status,
        200u);
    found = describe("lamp");
    EXPECT_EQ(found.at("version"), 2);
    EXPECT_EQ(found.at("attributes"), (json::object{{"room", "hall"}, {"watt", "40"}}));
    update("lamp", R"({"attributePayload":{"attributes":{"room":""},"merge":true}})");
    EXPECT_EQ(describe("lamp").at("attributes"), (json::object{{"watt", "40"}}));
    update("lamp", R"({"attributePayload":{"attributes":{"a":"b"}}})");
    EXPECT_EQ(describe("lamp").at("attributes"), (json::object{{"a", "b"}}));

    const auto late = update("lamp", R"({"expectedVersion":1})");
    expect_refused(late, 409, "VersionConflictException");
    EXPECT_NE(late.body.find("The version for thing lamp does not match the expected version."),
              std::string::npos);
    expect_refused(call("iot", "DELETE", "/things/lamp?expectedVersion=1"), 409,
                   "VersionConflictException");
    parsed(call("iot", "DELETE", "/things/lamp?expectedVersion=4"));
    expect_refused(call("iot", "GET", "/things/lamp"), 404, "ResourceNotFoundException");
    parsed(call("iot", "DELETE", "/things/lamp"));
    EXPECT_NE(create("lamp").at("thingId"), made.at("thingId"));
}

TEST_F(ThingOperations, ValuesMayHoldWhatBase64AndListsNeed) {
    create("lamp", R"({"attributePayload":{"attributes":{"key":"a=[b]"}}})");
    EXPECT_EQ(describe("lamp").at("attributes").at("key"), "a=[b]");
    expect_refused(update("lamp", R"({"attributePayload":{"attributes":{"key":"a b"}}})"), 400,
                   "InvalidRequestException");
}

TEST_F(ThingOperations, WithoutATypeAThingHasThreeAttributes) {
    const auto body = R"({"attributePayload":{"attributes":{"a":"1","b":"2","c":"3","d":"4"}}})";
    expect_refused(call("iot", "POST", "/things/lamp", body), 400, "InvalidRequestException");
    parsed(call("iot", "POST", "/thing-types/Lamp"));
    create("lamp", R"({"thingTypeName":"Lamp","attributePayload":{"attributes":)"
                   R"({"a":"1","b":"2","c":"3","d":"4"}}})");
    expect_refused(update("lamp", R"({"removeThingType":true})"), 400, "InvalidRequestException");
    EXPECT_EQ(describe("lamp").at("thingTypeName"), "Lamp");
}

TEST_F(ThingOperations, ListsByAttributeAndType) {
    parsed(call("iot", "POST", "/thing-types/Lamp"));
    create("a", R"({"attributePayload":{"attributes":{"room":"hall"}}})");
    create("b", R"({"thingTypeName":"Lamp","attributePayload":{"attributes":{"room":"hallway"}}})");
    create("c");
    EXPECT_EQ(names(""), "a b c ");
    EXPECT_EQ(names("?thingTypeName=Lamp"), "b ");
    EXPECT_EQ(names("?attributeName=room"), "a b ");
    EXPECT_EQ(names("?attributeName=room&attributeValue=hall"), "a ");
    EXPECT_EQ(names("?attributeName=room&attributeValue=hall&usePrefixAttributeValue=true"),
              "a b ");
    const auto page = parsed(call("iot", "GET", "/things?maxResults=2"));
    EXPECT_EQ(page.at("things").as_array().size(), 2u);
    EXPECT_EQ(names("?maxResults=2&nextToken=" + percent_encode(text(page.at("nextToken")))), "c ");
}

// AttachThingPrincipal, ListThingPrincipals, ListPrincipalThings, DetachThingPrincipal.
TEST_F(ThingOperations, Principals) {
    create("lamp");
    create("switch");
    const std::string certificate = make_certificate();
    EXPECT_EQ(attach("lamp", certificate).status, 200u);
    EXPECT_EQ(attach("lamp", certificate).status, 200u);
    EXPECT_EQ(attach("switch", certificate).status, 200u);
    EXPECT_EQ(parsed(call("iot", "GET", "/things/lamp/principals")).at("principals"),
              (json::array{certificate}));
    const signature::HeaderFields principal{{"x-amzn-principal", certificate}};
    EXPECT_EQ(parsed(call("iot", "GET", "/principals/things", "", principal)).at("things"),
              (json::array{"lamp", "switch"}));
    const auto kept = call("iot", "DELETE", "/things/lamp");
    expect_refused(kept, 400, "InvalidRequestException");
    EXPECT_NE(
        kept.body.find("Cannot delete. Thing lamp is still attached to one or more principals"),
        std::string::npos);
    expect_refused(attach("lamp", certificate, "?thingPrincipalType=EXCLUSIVE_THING"), 400,
                   "InvalidRequestException");
    for (const char* thing : {"lamp", "switch"}) {
        parsed(
            call("iot", "DELETE", std::string("/things/") + thing + "/principals", "", principal));
    }
    EXPECT_EQ(attach("lamp", certificate, "?thingPrincipalType=EXCLUSIVE_THING").status, 200u);
    expect_refused(attach("switch", certificate), 400, "InvalidRequestException");
    expect_refused(attach("nothing", make_certificate()), 404, "ResourceNotFoundException");
    expect_refused(
        attach("lamp", "arn:aws:iot:us-east-1:123456789012:cert/" + std::string(64, 'a')), 404,
        "ResourceNotFoundException");
    expect_refused(attach("lamp", "arn:aws:iot:us-east-1:123456789012:thinggroup/g"), 400,
                   "InvalidRequestException");
}

// ListThingPrincipalsV2, ListPrincipalThingsV2.
TEST_F(ThingOperations, PrincipalsWithTheirTies) {
    create("lamp");
    create("switch");
    const std::string shared = make_certificate();
    const std::string own = make_certificate();
    for (const char* thing : {"lamp", "switch"}) EXPECT_EQ(attach(thing, shared).status, 200u);
    EXPECT_EQ(attach("lamp", own, "?thingPrincipalType=EXCLUSIVE_THING").status, 200u);
    const auto tie_of = [&](const std::string& query) {
        std::map<std::string, std::string> ties;
        const auto page = parsed(call("iot", "GET", "/things/lamp/principals-v2" + query));
        for (const auto& each : page.at("thingPrincipalObjects").as_array()) {
            ties[text(each.at("principal"))] = text(each.at("thingPrincipalType"));
        }
        return ties;
    };
    using Ties = std::map<std::string, std::string>;
    EXPECT_EQ(tie_of(""), (Ties{{shared, "NON_EXCLUSIVE_THING"}, {own, "EXCLUSIVE_THING"}}));
    EXPECT_EQ(tie_of("?thingPrincipalType=EXCLUSIVE_THING"), (Ties{{own, "EXCLUSIVE_THING"}}));
    const auto things = [&](const std::string& principal) {
        return parsed(call("iot", "GET", "/principals/things-v2", "",
                           {{"x-amzn-principal", principal}}))
            .at("principalThingObjects");
    };
    EXPECT_EQ(things(own), (json::array{json::object{{"thingName", "lamp"},
                                                     {"thingPrincipalType", "EXCLUSIVE_THING"}}}));
    EXPECT_EQ(things(shared).as_array().size(), 2u);
    for (const char* path : {"/things/none/principals-v2", "/things/none/principals"}) {
        expect_refused(call("iot", "GET", path), 404, "ResourceNotFoundException");
    }
}

TEST_F(ThingOperations, AThingTypeIsUpdated) {
    parsed(call("iot", "POST", "/thing-types/Lamp",
                R"({"thingTypeProperties":{"thingTypeDescription":"lamps",)"
                R"("searchableAttributes":["room"]}})"));
    const auto update = [&](const std::string& properties) {
        return call("iot", "PATCH", "/thing-types/Lamp",
                    R"({"thingTypeProperties":)" + properties + "}");
    };
    parsed(update(R"({"thingTypeDescription":"all lamps"})"));
    const auto properties =
        parsed(call("iot", "GET", "/thing-types/Lamp")).at("thingTypeProperties");
    EXPECT_EQ(properties.at("thingTypeDescription"), "all lamps");
    EXPECT_EQ(properties.at("searchableAttributes"), (json::array{"room"}));
    expect_refused(update(R"({"searchableAttributes":["a","b","c","d"]})"), 400,
                   "InvalidRequestException");
    expect_refused(call("iot", "PATCH", "/thing-types/None", R"({"thingTypeProperties":{}})"), 404,
                   "ResourceNotFoundException");
}

// CreateThingType, DescribeThingType, UpdateThingType.
TEST_F(ThingOperations, AttributesThatGoAlongWithMessages) {
    const auto with = [](const std::string& attributes) {
        return R"({"thingTypeProperties":{"mqtt5Configuration":{"propagatingAttributes":[)" +
               attributes + "]}}}";
    };
    const auto described = [&] {
        const auto type = parsed(call("iot", "GET", "/thing-types/Meter"));
        return to_text(type.at("thingTypeProperties").as_object());
    };
    const std::string site = R"({"userPropertyKey":"site","thingAttribute":"site"})";
    const std::string who = R"({"userPropertyKey":"who","connectionAttribute":"iot:ClientId"})";
    parsed(call("iot", "POST", "/thing-types/Meter", with(site + "," + who)));
    EXPECT_EQ(described(),
              R"({"mqtt5Configuration":{"propagatingAttributes":[)" + site + "," + who + "]}}");
    parsed(call("iot", "POST", "/thing-types/Meter", with(site + "," + who)));
    expect_refused(call("iot", "POST", "/thing-types/Meter", with(site)), 409,
                   "ResourceAlreadyExistsException");
    for (const char* wrong : {R"({"thingAttribute":"site"})", R"({"userPropertyKey":"site"})",
                              R"({"userPropertyKey":"a","thingAttribute":"b",
                                  "connectionAttribute":"iot:ClientId"})",
                              R"({"userPropertyKey":"a","connectionAttribute":"iot:Else"})"}) {
        expect_refused(call("iot", "PATCH", "/thing-types/Meter", with(wrong)), 400,
                       "InvalidRequestException");
    }
    // What is not said stays; what is said replaces all of them.
    parsed(call("iot", "PATCH", "/thing-types/Meter",
                R"({"thingTypeProperties":{"thingTypeDescription":"d"}})"));
    EXPECT_TRUE(described().contains("iot:ClientId"));
    parsed(call("iot", "PATCH", "/thing-types/Meter", with("")));
    EXPECT_EQ(described(), R"({"thingTypeDescription":"d"})");
}

TEST_F(ThingOperations, AThingTypesLife) {
    const auto body = R"({"thingTypeProperties":{"thingTypeDescription":"lamps",)"
                      R"("searchableAttributes":["room"]}})";
    const auto made = parsed(call("iot", "POST", "/thing-types/Lamp", body));
    EXPECT_EQ(made.at("thingTypeArn"), "arn:aws:iot:us-east-1:123456789012:thingtype/Lamp");
    EXPECT_EQ(parsed(call("iot", "POST", "/thing-types/Lamp", body)).at("thingTypeId"),
              made.at("thingTypeId"));
    expect_refused(call("iot", "POST", "/thing-types/Lamp"), 409, "ResourceAlreadyExistsException");
    parsed(call("iot", "POST", "/thing-types/Lam"));
    auto found = parsed(call("iot", "GET", "/thing-types/Lamp"));
    EXPECT_EQ(found.at("thingTypeProperties").at("thingTypeDescription"), "lamps");
    EXPECT_EQ(found.at("thingTypeMetadata").at("deprecated"), false);
    const auto one = parsed(call("iot", "GET", "/thing-types?thingTypeName=Lam"));
    ASSERT_EQ(one.at("thingTypes").as_array().size(), 1u);

    create("lamp", R"({"thingTypeName":"Lamp"})");
    expect_refused(call("iot", "DELETE", "/thing-types/Lamp"), 400, "InvalidRequestException");
    parsed(call("iot", "POST", "/thing-types/Lamp/deprecate"));
    expect_refused(call("iot", "POST", "/things/second", R"({"thingTypeName":"Lamp"})"), 400,
                   "InvalidRequestException");
    const auto soon = call("iot", "DELETE", "/thing-types/Lamp");
    EXPECT_NE(soon.body.find("Please wait for 5 minutes after deprecation and then retry"),
              std::string::npos)
        << soon.body;
    clock.advance(std::chrono::minutes(5));
    expect_refused(call("iot", "DELETE", "/thing-types/Lamp"), 400, "InvalidRequestException");
    parsed(call("iot", "DELETE", "/things/lamp"));
    parsed(call("iot", "POST", "/thing-types/Lamp/deprecate", R"({"undoDeprecate":true})"));
    found = parsed(call("iot", "GET", "/thing-types/Lamp"));
    EXPECT_FALSE(found.at("thingTypeMetadata").as_object().contains("deprecationDate"));
    parsed(call("iot", "POST", "/thing-types/Lamp/deprecate"));
    clock.advance(std::chrono::minutes(5));
    parsed(call("iot", "DELETE", "/thing-types/Lamp"));
    expect_refused(call("iot", "GET", "/thing-types/Lamp"), 404, "ResourceNotFoundException");
    expect_refused(call("iot", "POST", "/things/third", R"({"thingTypeName":"Lamp"})"), 404,
                   "ResourceNotFoundException");
}

}  // namespace
}  // namespace gatehouse::api
