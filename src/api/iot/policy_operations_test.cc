// CreatePolicy and what comes after it.
#include "api/iot/iot_fixture.h"

namespace gatehouse::api {
namespace {

class PolicyOperations : public IotFixture {
protected:
    static std::string document(std::string_view action) {
        return to_text(json::object{
            {"policyDocument",
             to_text(json::object{{"Version", "2012-10-17"},
                                  {"Statement", json::array{json::object{{"Effect", "Allow"},
                                                                         {"Action", action},
                                                                         {"Resource", "*"}}}}})}});
    }
    json::value create(const std::string& name) {
        return parsed(call("iot", "POST", "/policies/" + name, document("iot:Connect")));
    }
    static std::string target(const std::string& arn) {
        return to_text(json::object{{"target", arn}});
    }
};

// CreatePolicy, GetPolicy, ListPolicies, DeletePolicy.
TEST_F(PolicyOperations, APolicysLife) {
    const auto made = create("Lamp");
    EXPECT_EQ(made.at("policyName"), "Lamp");
    EXPECT_EQ(made.at("policyArn"), "arn:aws:iot:us-east-1:123456789012:policy/Lamp");
    EXPECT_EQ(made.at("policyVersionId"), "1");
    expect_refused(call("iot", "POST", "/policies/Lamp", document("iot:Publish")), 409,
                   "ResourceAlreadyExistsException");
    const auto found = parsed(call("iot", "GET", "/policies/Lamp"));
    EXPECT_EQ(found.at("defaultVersionId"), "1");
    EXPECT_EQ(found.at("policyDocument"), made.at("policyDocument"));
    EXPECT_EQ(found.at("generationId").as_string().size(), 36u);
    const auto listed = parsed(call("iot", "GET", "/policies"));
    ASSERT_EQ(listed.at("policies").as_array().size(), 1u);
    EXPECT_EQ(listed.at("policies").at(0).at("policyArn"), made.at("policyArn"));
    parsed(call("iot", "DELETE", "/policies/Lamp"));
    expect_refused(call("iot", "GET", "/policies/Lamp"), 404, "ResourceNotFoundException");
    expect_refused(call("iot", "DELETE", "/policies/Lamp"), 404, "ResourceNotFoundException");
}

// API Reference, ListPolicies: "in ascending creation order".
TEST_F(PolicyOperations, ListedInTheOrderOfCreation) {
    for (const char* name : {"b", "c", "a"}) {
        create(name);
        clock.advance(std::chrono::seconds(1));
    }
    std::string next;
    const auto names = [&](const std::string& query) {
        std::string found;
        const auto page = parsed(call("iot", "GET", "/policies" + query));
        for (const auto& policy : page.at("policies").as_array()) {
            found += text(policy.at("policyName")) + " ";
        }
        const auto* marker = page.as_object().if_contains("nextMarker");
        next = marker == nullptr ? "" : percent_encode(text(*marker));
        return found;
    };
    EXPECT_EQ(names("?isAscendingOrder=true"), "b c a ");
    EXPECT_EQ(names("?isAscendingOrder=false"), "a c b ");
    EXPECT_EQ(names("?pageSize=2"), "b c ");
    parsed(call("iot", "DELETE", "/policies/b"));
    EXPECT_EQ(names("?pageSize=2&marker=" + next), "a ");
    EXPECT_EQ(names(""), "c a ");
    create("b");
    EXPECT_EQ(names(""), "c a b ");
}

TEST_F(PolicyOperations, DocumentsAreRead) {
    const auto bad =
        call("iot", "POST", "/policies/Bad",
             R"({"policyDocument":"{\"Version\":\"2012-10-17\",\"Statement\":[)"
             R"({\"Effect\":\"Alow\",\"Action\":\"iot:Connect\",\"Resource\":\"*\"}]}"})");
    expect_refused(bad, 400, "MalformedPolicyException");
    EXPECT_NE(bad.body.find("Allow"), std::string::npos) << bad.body;
    const std::string large(3000, 'a');
    expect_refused(call("iot", "POST", "/policies/Large", document("iot:" + large)), 400,
                   "MalformedPolicyException");
}

// CreatePolicyVersion, ListPolicyVersions, GetPolicyVersion, SetDefaultPolicyVersion,
// DeletePolicyVersion.
TEST_F(PolicyOperations, Versions) {
    create("Lamp");
    for (int version = 2; version <= 5; ++version) {
        const auto made = parsed(call(
            "iot", "POST",
            "/policies/Lamp/version?setAsDefault=" + std::string(version == 3 ? "true" : "false"),
            document("iot:Publish")));
        EXPECT_EQ(text(made.at("policyVersionId")), std::to_string(version));
        EXPECT_EQ(made.at("isDefaultVersion"), version == 3);
    }
    expect_refused(call("iot", "POST", "/policies/Lamp/version", document("iot:Publish")), 409,
                   "VersionsLimitExceededException");
    EXPECT_EQ(parsed(call("iot", "GET", "/policies/Lamp")).at("defaultVersionId"), "3");
    expect_refused(call("iot", "DELETE", "/policies/Lamp/version/3"), 409,
                   "DeleteConflictException");
    expect_refused(call("iot", "DELETE", "/policies/Lamp"), 409, "DeleteConflictException");
    expect_refused(call("iot", "GET", "/policies/Lamp/version/9"), 404,
                   "ResourceNotFoundException");
    parsed(call("iot", "PATCH", "/policies/Lamp/version/1"));
    for (const char* version : {"2", "3", "4"}) {
        parsed(call("iot", "DELETE", std::string("/policies/Lamp/version/") + version));
    }
    const auto next =
        parsed(call("iot", "POST", "/policies/Lamp/version", document("iot:Subscribe")));
    EXPECT_EQ(next.at("policyVersionId"), "6") << "no number is used again";
    const auto versions =
        parsed(call("iot", "GET", "/policies/Lamp/version")).at("policyVersions").as_array();
    ASSERT_EQ(versions.size(), 3u);
    EXPECT_EQ(versions[0].at("versionId"), "6");
    EXPECT_EQ(versions[2].at("isDefaultVersion"), true);
    const auto first = parsed(call("iot", "GET", "/policies/Lamp/version/1"));
    EXPECT_EQ(first.at("isDefaultVersion"), true);
}

// AttachPolicy, ListAttachedPolicies, ListTargetsForPolicy, DetachPolicy.
TEST_F(PolicyOperations, Attachments) {
    create("Lamp");
    create("Switch");
    const std::string certificate = make_certificate();
    for (const char* name : {"Lamp", "Switch", "Lamp"}) {
        parsed(call("iot", "PUT", std::string("/target-policies/") + name, target(certificate)));
    }
    const auto attached_path = "/attached-policies/" + percent_encode(certificate);
    const auto attached = parsed(call("iot", "POST", attached_path)).at("policies").as_array();
    ASSERT_EQ(attached.size(), 2u);
    EXPECT_EQ(attached[0].at("policyName"), "Lamp");
    auto page = parsed(call("iot", "POST", attached_path + "?pageSize=1"));
    ASSERT_EQ(page.at("policies").as_array().size(), 1u);
    page = parsed(
        call("iot", "POST",
             attached_path + "?pageSize=1&marker=" + percent_encode(text(page.at("nextMarker")))));
    EXPECT_EQ(page.at("policies").at(0).at("policyName"), "Switch");
    EXPECT_FALSE(page.as_object().contains("nextMarker"));
    const auto targets = parsed(call("iot", "POST", "/policy-targets/Lamp")).at("targets");
    EXPECT_EQ(targets, (json::array{certificate}));

    expect_refused(call("iot", "DELETE", "/policies/Lamp"), 409, "DeleteConflictException");
    parsed(call("iot", "POST", "/target-policies/Lamp", target(certificate)));
    parsed(call("iot", "POST", "/target-policies/Lamp", target(certificate)));
    parsed(call("iot", "DELETE", "/policies/Lamp"));
}

TEST_F(PolicyOperations, OnlyWhatIsThereIsAttached) {
    create("Lamp");
    const std::string certificate = make_certificate();
    expect_refused(call("iot", "PUT", "/target-policies/Other", target(certificate)), 404,
                   "ResourceNotFoundException");
    const std::string unknown = "arn:aws:iot:us-east-1:123456789012:cert/" + std::string(64, 'a');
    expect_refused(call("iot", "PUT", "/target-policies/Lamp", target(unknown)), 404,
                   "ResourceNotFoundException");
    for (const char* text : {"lamp", "arn:aws:iot:us-east-1:123456789012:thing/lamp",
                             "arn:aws:iot:us-east-1:210987654321:cert/aa",
                             "arn:aws:iot:us-east-1:123456789012:cert/aa"}) {
        expect_refused(call("iot", "PUT", "/target-policies/Lamp", target(text)), 400,
                       "InvalidRequestException");
    }
    parsed(call("iot", "PUT", "/target-policies/Lamp",
                target("us-east-1:11111111-2222-3333-4444-555555555555")));
}

TEST_F(PolicyOperations, APrincipalHasAtMostTen) {
    const std::string certificate = make_certificate();
    for (int i = 0; i < 11; ++i) create("p" + std::to_string(i));
    for (int i = 0; i < 10; ++i) {
        parsed(call("iot", "PUT", "/target-policies/p" + std::to_string(i), target(certificate)));
    }
    expect_refused(call("iot", "PUT", "/target-policies/p10", target(certificate)), 410,
                   "LimitExceededException");
    parsed(call("iot", "PUT", "/target-policies/p3", target(certificate)));
}

// AttachPrincipalPolicy, ListPrincipalPolicies, ListPolicyPrincipals, DetachPrincipalPolicy.
TEST_F(PolicyOperations, TheOldOperations) {
    create("Lamp");
    const std::string certificate = make_certificate();
    const signature::HeaderFields principal{{"x-amzn-iot-principal", certificate}};
    parsed(call("iot", "PUT", "/principal-policies/Lamp", "", principal));
    const auto policies = parsed(call("iot", "GET", "/principal-policies", "", principal));
    EXPECT_EQ(policies.at("policies").at(0).at("policyName"), "Lamp");
    const auto principals =
        parsed(call("iot", "GET", "/policy-principals", "", {{"x-amzn-iot-policy", "Lamp"}}));
    EXPECT_EQ(principals.at("principals"), (json::array{certificate}));
    parsed(call("iot", "DELETE", "/principal-policies/Lamp", "", principal));
    EXPECT_TRUE(parsed(call("iot", "GET", "/principal-policies", "", principal))
                    .at("policies")
                    .as_array()
                    .empty());
}

}  // namespace
}  // namespace gatehouse::api
