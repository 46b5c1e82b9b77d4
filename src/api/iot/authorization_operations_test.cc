// GetEffectivePolicies and TestAuthorization.
#include "api/iot/iot_fixture.h"

namespace gatehouse::api {
namespace {

constexpr const char* prefix = "arn:aws:iot:us-east-1:123456789012:";

class AuthorizationOperations : public IotFixture {
protected:
    void SetUp() override {
        IotFixture::SetUp();
        certificate = make_certificate();
        parsed(call("iot", "POST", "/things/lamp"));
        parsed(call("iot", "POST", "/thing-groups/root"));
        parsed(call("iot", "POST", "/thing-groups/child", R"({"parentGroupName":"root"})"));
        parsed(call("iot", "PUT", "/thing-groups/addThingToThingGroup",
                    R"({"thingName":"lamp","thingGroupName":"child"})"));
        make_policy("Connect", "Allow", "iot:Connect", "client/${iot:ClientId}");
        make_policy("Publish", "Allow", "iot:Publish", "topic/a/*");
        make_policy("Never", "Deny", "iot:Publish", "topic/a/secret");
        make_policy("Thing", "Allow", "iot:Publish",
                    "topic/things/${iot:Connection.Thing.ThingName}");
        attach("Connect", certificate);
        attach("Thing", certificate);
        attach("Publish", std::string(prefix) + "thinggroup/root");
    }
    void make_policy(const std::string& name, const std::string& effect, const std::string& action,
                     const std::string& resource) {
        const json::object document{
            {"Version", "2012-10-17"},
            {"Statement",
             {json::object{
                 {"Effect", effect}, {"Action", action}, {"Resource", prefix + resource}}}}};
        parsed(call("iot", "POST", "/policies/" + name,
                    to_text(json::object{{"policyDocument", to_text(document)}})));
    }
    void attach(const std::string& policy, const std::string& target) {
        parsed(call("iot", "PUT", "/target-policies/" + policy,
                    to_text(json::object{{"target", target}})));
    }
    void attach_thing() {
        parsed(
            call("iot", "PUT", "/things/lamp/principals", "", {{"x-amzn-principal", certificate}}));
    }
    std::string effective(const json::object& body, const std::string& query = "") {
        const auto found =
            parsed(call("iot", "POST", "/effective-policies" + query, to_text(body)));
        return joined(found.at("effectivePolicies"));
    }
    static std::string joined(const json::value& policies) {
        std::string names;
        for (const auto& policy : policies.as_array()) names += text(policy.at("policyName")) + " ";
        return names;
    }
    net::HttpResponse ask(const std::string& action, const std::string& resource,
                          json::object more = {}, const std::string& query = "?clientId=lamp") {
        more["principal"] = certificate;
        more["authInfos"] =
            json::array{json::object{{"actionType", action}, {"resources", {prefix + resource}}}};
        return call("iot", "POST", "/test-authorization" + query, to_text(more));
    }
    json::value result(const net::HttpResponse& response) {
        return parsed(response).at("authResults").at(0);
    }
    std::string certificate;
};

TEST_F(AuthorizationOperations, EffectivePolicies) {
    EXPECT_EQ(effective({{"principal", certificate}}), "Connect Thing ");
    EXPECT_EQ(effective({{"principal", certificate}}, "?thingName=lamp"), "Connect Publish Thing ");
    EXPECT_EQ(effective({}, "?thingName=lamp"), "Publish ");
    EXPECT_EQ(effective({{"principal", std::string(prefix) + "thinggroup/child"}}), "Publish ");
    const auto found = parsed(call("iot", "POST", "/effective-policies?thingName=lamp", "{}"));
    const auto& policy = found.at("effectivePolicies").at(0);
    EXPECT_EQ(text(policy.at("policyArn")), std::string(prefix) + "policy/Publish");
    EXPECT_NE(text(policy.at("policyDocument")).find("topic/a/*"), std::string::npos);
    expect_refused(call("iot", "POST", "/effective-policies", "{}"), 400,
                   "InvalidRequestException");
    expect_refused(call("iot", "POST", "/effective-policies?thingName=none", "{}"), 404,
                   "ResourceNotFoundException");
    expect_refused(
        call("iot", "POST", "/effective-policies",
             to_text(json::object{{"principal", prefix + ("cert/" + std::string(64, 'a'))}})),
        404, "ResourceNotFoundException");
}

TEST_F(AuthorizationOperations, TellsWhatAllowsAndWhatDenies) {
    attach_thing();
    auto answer = result(ask("CONNECT", "client/lamp"));
    EXPECT_EQ(answer.at("authDecision"), "ALLOWED");
    EXPECT_EQ(joined(answer.at("allowed").at("policies")), "Connect ");
    EXPECT_EQ(joined(answer.at("denied").at("implicitDeny").at("policies")), "Publish Thing ");
    EXPECT_EQ(joined(answer.at("denied").at("explicitDeny").at("policies")), "");
    EXPECT_EQ(answer.at("authInfo").at("actionType"), "CONNECT");
    EXPECT_EQ(text(answer.at("authInfo").at("resources").at(0)),
              std::string(prefix) + "client/lamp");
    EXPECT_EQ(answer.at("missingContextValues"), json::array());

    EXPECT_EQ(result(ask("PUBLISH", "topic/a/b")).at("authDecision"), "ALLOWED");
    EXPECT_EQ(result(ask("PUBLISH", "topic/things/lamp")).at("authDecision"), "ALLOWED");
    EXPECT_EQ(result(ask("RECEIVE", "topic/a/b")).at("authDecision"), "IMPLICIT_DENY");
    EXPECT_EQ(result(ask("PUBLISH", "topic/a/b", {}, "?clientId=other")).at("authDecision"),
              "IMPLICIT_DENY")
        << "the groups are the thing's";
    answer = result(ask("CONNECT", "client/lamp", {}, ""));
    EXPECT_EQ(answer.at("authDecision"), "IMPLICIT_DENY");
    EXPECT_EQ(answer.at("missingContextValues"),
              (json::array{"iot:ClientId", "iot:Connection.Thing.ThingName"}));
}

TEST_F(AuthorizationOperations, AddsAndSkipsPolicies) {
    attach_thing();
    auto answer = result(ask("PUBLISH", "topic/a/secret", {{"policyNamesToAdd", {"Never"}}}));
    EXPECT_EQ(answer.at("authDecision"), "EXPLICIT_DENY");
    EXPECT_EQ(joined(answer.at("denied").at("explicitDeny").at("policies")), "Never ");
    EXPECT_EQ(joined(answer.at("allowed").at("policies")), "Publish ");
    answer = result(ask("PUBLISH", "topic/a/b", {{"policyNamesToSkip", {"Publish"}}}));
    EXPECT_EQ(answer.at("authDecision"), "IMPLICIT_DENY");
    expect_refused(ask("PUBLISH", "topic/a/b", {{"policyNamesToAdd", {"None"}}}), 404,
                   "ResourceNotFoundException");
}

TEST_F(AuthorizationOperations, AllResourcesOfAQuestionMustBeAllowed) {
    attach_thing();
    attach("Never", certificate);
    const auto decision = [&](const json::array& resources) {
        const json::object body{{"principal", certificate},
                                {"authInfos", json::array{json::object{{"actionType", "PUBLISH"},
                                                                       {"resources", resources}}}}};
        return result(call("iot", "POST", "/test-authorization?clientId=lamp", to_text(body)))
            .at("authDecision");
    };
    const std::string topics = std::string(prefix) + "topic/";
    EXPECT_EQ(decision({topics + "a/b", topics + "a/c"}), "ALLOWED");
    EXPECT_EQ(decision({topics + "a/b", topics + "b", topics + "a/c"}), "IMPLICIT_DENY");
    EXPECT_EQ(decision({topics + "a/secret", topics + "b", topics + "a/c"}), "EXPLICIT_DENY");
    EXPECT_EQ(decision({topics + "b", topics + "a/secret"}), "EXPLICIT_DENY");
}

TEST_F(AuthorizationOperations, RefusesWhatCannotBeAsked) {
    const json::object nobody{
        {"principal", prefix + ("cert/" + std::string(64, 'a'))},
        {"authInfos",
         json::array{json::object{{"actionType", "CONNECT"},
                                  {"resources", {std::string(prefix) + "client/x"}}}}}};
    expect_refused(call("iot", "POST", "/test-authorization", to_text(nobody)), 404,
                   "ResourceNotFoundException");
    const json::object no_action{
        {"principal", certificate},
        {"authInfos",
         json::array{json::object{{"resources", {std::string(prefix) + "client/x"}}}}}};
    expect_refused(call("iot", "POST", "/test-authorization", to_text(no_action)), 400,
                   "InvalidRequestException");
    const json::object nothing{{"principal", certificate}, {"authInfos", json::array()}};
    expect_refused(call("iot", "POST", "/test-authorization", to_text(nothing)), 400,
                   "InvalidRequestException");
}

}  // namespace
}  // namespace gatehouse::api
