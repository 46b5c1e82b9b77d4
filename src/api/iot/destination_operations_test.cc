// CreateTopicRuleDestination and what comes after it.
#include <gmock/gmock.h>

#include "api/iot/destination_link.h"
#include "api/iot/iot_fixture.h"

namespace gatehouse::api {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

class DestinationOperations : public IotFixture {
protected:
    void SetUp() override {
        std::vector<Service> services;
        services.push_back(service());
        serve(std::move(services), {iot::destination_link(*destinations)});
    }
    net::HttpResponse create(const std::string& url) {
        return call("iot", "POST", "/destinations",
                    R"({"destinationConfiguration":{"httpUrlConfiguration":{"confirmationUrl":")" +
                        url + R"("}}})");
    }
    std::string created(const std::string& url) {
        return text(parsed(create(url)).at("topicRuleDestination").at("arn"));
    }
    json::value get(const std::string& arn) {
        return parsed(call("iot", "GET", "/destinations/" + percent_encode(arn)))
            .at("topicRuleDestination");
    }
    net::HttpResponse update(const std::string& arn, const std::string& status) {
        return call("iot", "PATCH", "/destinations",
                    to_text(json::object{{"arn", arn}, {"status", status}}));
    }
    net::HttpResponse create_rule(const std::string& name, const std::string& http) {
        return call("iot", "POST", "/rules/" + name,
                    R"({"sql":"SELECT * FROM 'a'","actions":[{"http":)" + http + "}]}");
    }
};

TEST_F(DestinationOperations, ADestinationsLife) {
    const auto made = parsed(create("https://a.example/in")).at("topicRuleDestination");
    const std::string arn = text(made.at("arn"));
    EXPECT_THAT(arn, StartsWith("arn:aws:iot:us-east-1:123456789012:ruledestination/http/"));
    EXPECT_EQ(text(made.at("status")), "IN_PROGRESS");
    EXPECT_EQ(text(made.at("httpUrlProperties").at("confirmationUrl")), "https://a.example/in");
    EXPECT_THAT(text(made.at("statusReason")), StartsWith("Awaiting confirmation."));
    EXPECT_TRUE(made.at("createdAt").is_number());
    EXPECT_TRUE(made.at("lastUpdatedAt").is_number());
    ASSERT_THAT(challenged, SizeIs(1));
    EXPECT_EQ(challenged[0].destination.arn(), arn);
    EXPECT_THAT(challenged_from, StartsWith("http://"));
    EXPECT_EQ(get(arn), made);
    expect_refused(update(arn, "ENABLED"), 400, "InvalidRequestException");
    EXPECT_EQ(
        call("iot", "GET", "/confirmdestination/" + percent_encode(challenged[0].token)).status,
        200u);
    EXPECT_EQ(text(get(arn).at("status")), "ENABLED");
    EXPECT_FALSE(get(arn).as_object().contains("statusReason"));
    EXPECT_EQ(update(arn, "DISABLED").status, 200u);
    EXPECT_EQ(text(get(arn).at("status")), "DISABLED");
    EXPECT_EQ(update(arn, "ENABLED").status, 200u);
    EXPECT_EQ(update(arn, "IN_PROGRESS").status, 200u);
    ASSERT_THAT(challenged, SizeIs(2));
    EXPECT_EQ(text(get(arn).at("status")), "IN_PROGRESS");
    for (const char* status : {"ERROR", "DELETING", "enabled"}) {
        expect_refused(update(arn, status), 400, "InvalidRequestException");
    }
    EXPECT_EQ(call("iot", "DELETE", "/destinations/" + percent_encode(arn)).status, 200u);
    const auto gone = call("iot", "GET", "/destinations/" + percent_encode(arn));
    expect_refused(gone, 401, "UnauthorizedException");
    EXPECT_THAT(gone.body, HasSubstr("Access to TopicRuleDestination '" + arn + "' was denied"));
    expect_refused(update(arn, "ENABLED"), 401, "UnauthorizedException");
    EXPECT_EQ(call("iot", "DELETE", "/destinations/" + percent_encode(arn)).status, 200u);
}

TEST_F(DestinationOperations, AreConfirmedByTheirLinkWithoutASignature) {
    const std::string arn = created("https://a.example/in");
    const std::string path = "/confirmdestination/" + percent_encode(challenged[0].token);
    const auto ask = [&](const std::string& method, const std::string& at) {
        net::HttpRequest request{.method = method, .target = at, .path = at};
        request.headers.add("Host", "localhost");
        return send(std::move(request));
    };
    EXPECT_EQ(ask("HEAD", path).status, 401u) << "nothing is confirmed by a look";
    EXPECT_EQ(text(get(arn).at("status")), "IN_PROGRESS");
    EXPECT_EQ(ask("GET", path).status, 200u);
    EXPECT_EQ(text(get(arn).at("status")), "ENABLED");
    expect_refused(ask("GET", path), 401, "UnauthorizedException");
    expect_refused(ask("GET", "/confirmdestination/"), 401, "UnauthorizedException");
}

TEST_F(DestinationOperations, ASignedConfirmationIsTheOperation) {
    const std::string arn = created("https://a.example/in");
    const std::string path = "/confirmdestination/" + percent_encode(challenged[0].token);
    records.clear();
    EXPECT_EQ(call("iot", "GET", path).status, 200u);
    ASSERT_THAT(records, SizeIs(1));
    EXPECT_EQ(records[0].operation, "ConfirmTopicRuleDestination");
    EXPECT_EQ(text(get(arn).at("status")), "ENABLED");
}

TEST_F(DestinationOperations, WhatIsRefused) {
    expect_refused(create("http://a.example/in"), 400, "InvalidRequestException");
    expect_refused(create("a.example"), 400, "InvalidRequestException");
    created("https://a.example/in");
    expect_refused(create("https://a.example/in"), 409, "ResourceAlreadyExistsException");
    expect_refused(call("iot", "POST", "/destinations", R"({"destinationConfiguration":{}})"), 400,
                   "InvalidRequestException");
    const std::pair<const char*, const char*> wrong[] = {
        {R"({"vpcId":"v","subnetIds":[],"roleArn":"arn:aws:iam::123456789012:role/r"})",
         "subnetIds"},
        {R"({"vpcId":"v","subnetIds":["s"],"roleArn":"r"})", "roleArn"},
    };
    for (const auto& [network, member] : wrong) {
        const auto vpc = call(
            "iot", "POST", "/destinations",
            R"({"destinationConfiguration":{"vpcConfiguration":)" + std::string(network) + "}}");
        expect_refused(vpc, 400, "InvalidRequestException");
        EXPECT_THAT(vpc.body, HasSubstr(member));
    }
    EXPECT_THAT(challenged, SizeIs(1));
}

TEST_F(DestinationOperations, OneInAVpcIsEnabledAtOnce) {
    const auto made = parsed(
        call("iot", "POST", "/destinations",
             R"({"destinationConfiguration":{"vpcConfiguration":{"vpcId":"v","subnetIds":["s"],)"
             R"("securityGroups":["g"],"roleArn":"arn:aws:iam::123456789012:role/r"}}})"));
    const json::value& destination = made.at("topicRuleDestination");
    const std::string arn(text(destination.at("arn")));
    EXPECT_THAT(arn, HasSubstr(":ruledestination/vpc/"));
    EXPECT_EQ(text(destination.at("status")), "ENABLED");
    EXPECT_FALSE(destination.as_object().contains("httpUrlProperties"));
    EXPECT_THAT(challenged, SizeIs(0));

    const json::value network{{"vpcId", "v"},
                              {"subnetIds", json::array{"s"}},
                              {"securityGroups", json::array{"g"}},
                              {"roleArn", "arn:aws:iam::123456789012:role/r"}};
    EXPECT_EQ(get(arn).at("vpcProperties"), network);
    const auto listed = parsed(call("iot", "GET", "/destinations"));
    EXPECT_EQ(listed.at("destinationSummaries").as_array().at(0).at("vpcDestinationSummary"),
              network);

    const auto set = [&](const char* status) {
        return call("iot", "PATCH", "/destinations",
                    R"({"arn":")" + arn + R"(","status":")" + status + R"("})");
    };
    EXPECT_EQ(set("DISABLED").status, 200u);
    EXPECT_EQ(text(get(arn).at("status")), "DISABLED");
    expect_refused(set("IN_PROGRESS"), 400, "InvalidRequestException");
    EXPECT_EQ(set("ENABLED").status, 200u);
    EXPECT_EQ(text(get(arn).at("status")), "ENABLED");
    EXPECT_EQ(call("iot", "DELETE", "/destinations/" + percent_encode(arn)).status, 200u);
    EXPECT_THAT(parsed(call("iot", "GET", "/destinations")).at("destinationSummaries").as_array(),
                SizeIs(0));
}

TEST_F(DestinationOperations, AreListed) {
    created("https://a.example/1");
    created("https://a.example/2");
    const auto first = parsed(call("iot", "GET", "/destinations?maxResults=1"));
    ASSERT_THAT(first.at("destinationSummaries").as_array(), SizeIs(1));
    const auto& summary = first.at("destinationSummaries").as_array()[0];
    EXPECT_THAT(text(summary.at("httpUrlSummary").at("confirmationUrl")),
                StartsWith("https://a.example/"));
    EXPECT_EQ(text(summary.at("status")), "IN_PROGRESS");
    const auto second = parsed(call(
        "iot", "GET",
        "/destinations?maxResults=1&nextToken=" + percent_encode(text(first.at("nextToken")))));
    EXPECT_THAT(second.at("destinationSummaries").as_array(), SizeIs(1));
    EXPECT_FALSE(second.as_object().contains("nextToken"));
    EXPECT_THAT(parsed(call("iot", "GET", "/destinations?maxResults=1000"))
                    .at("destinationSummaries")
                    .as_array(),
                SizeIs(2));
}

TEST_F(DestinationOperations, RulesMakeTheirs) {
    EXPECT_EQ(create_rule("fixed", R"({"url":"https://a.example/in"})").status, 200u);
    ASSERT_THAT(challenged, SizeIs(1));
    EXPECT_EQ(challenged[0].destination.confirmation_url, "https://a.example/in");
    EXPECT_EQ(create_rule("again", R"({"url":"https://a.example/in"})").status, 200u);
    EXPECT_EQ(create_rule("below", R"({"url":"https://a.example/in/${topic()}",)"
                                   R"("confirmationUrl":"https://a.example/in"})")
                  .status,
              200u);
    EXPECT_THAT(challenged, SizeIs(1)) << "it is there";
    EXPECT_EQ(create_rule("each", R"({"url":"https://${topic()}/in",)"
                                  R"("confirmationUrl":"https://${topic()}/"})")
                  .status,
              200u);
    EXPECT_THAT(challenged, SizeIs(1)) << "nobody knows where";
    EXPECT_EQ(call("iot", "PATCH", "/rules/each",
                   R"({"sql":"SELECT * FROM 'a'","actions":[],"errorAction":{"http":)"
                   R"({"url":"https://b.example/"}}})")
                  .status,
              200u);
    ASSERT_THAT(challenged, SizeIs(2));
    EXPECT_EQ(challenged[1].destination.confirmation_url, "https://b.example/");
    expect_refused(create_rule("wrong", R"({"url":"https://c.example/${topic()}"})"), 400,
                   "InvalidRequestException");
    EXPECT_THAT(challenged, SizeIs(2));
}

TEST_F(DestinationOperations, ARuleIsMadeWithItsDestinationOrNotAtAll) {
    const Tenant tenant{AccountId("123456789012"), Region("us-east-1")};
    const registry::TopicRuleDestinationRecords::Parts parts{clock, random};
    registry::TopicRuleDestinationRecords records(memory, parts);
    std::string last;
    for (std::size_t i = 0; i + 1 < registry::destinations_max; ++i) {
        const auto made = records.create(tenant, "https://full.example/" + std::to_string(i));
        ASSERT_TRUE(made);
        last = made->destination.arn();
    }
    const std::string two = R"({"sql":"SELECT * FROM 'a'","actions":[)"
                            R"({"http":{"url":"https://a.example/"}},)"
                            R"({"http":{"url":"https://b.example/"}}]})";
    const auto refused = call("iot", "POST", "/rules/two", two);
    expect_refused(refused, 410, "LimitExceededException");
    expect_refused(call("iot", "GET", "/rules/two"), 401, "UnauthorizedException");
    EXPECT_EQ(create_rule("one", R"({"url":"https://c.example/"})").status, 200u);
    const auto replaced = call("iot", "PATCH", "/rules/one", two);
    expect_refused(replaced, 410, "LimitExceededException");
    EXPECT_THAT(call("iot", "GET", "/rules/one").body, HasSubstr("https://c.example/"));
    EXPECT_THAT(challenged, SizeIs(1));
    ASSERT_TRUE(records.remove(tenant, last));
    expect_refused(call("iot", "POST", "/rules/two", two), 410, "LimitExceededException");
    expect_refused(create_rule("one", R"({"url":"https://d.example/"})"), 409,
                   "ResourceAlreadyExistsException");
    EXPECT_EQ(text(parsed(create("https://d.example/")).at("topicRuleDestination").at("status")),
              "IN_PROGRESS")
        << "which the refused rule did not make";
}

// Another writer of the same store has made the destination, of which no snapshot knows yet.
TEST_F(DestinationOperations, ARuleTakesTheDestinationThatSomebodyElseMadeMeanwhile) {
    const Tenant tenant{AccountId("123456789012"), Region("us-east-1")};
    const registry::TopicRuleDestinationRecords::Parts parts{clock, random};
    registry::TopicRuleDestinationRecords records(memory, parts);
    ASSERT_TRUE(records.create(tenant, "https://a.example/"));
    EXPECT_EQ(create_rule("r", R"({"url":"https://a.example/"})").status, 200u);
    ASSERT_TRUE(records.create(tenant, "https://b.example/"));
    EXPECT_EQ(
        call("iot", "PATCH", "/rules/r",
             R"({"sql":"SELECT * FROM 'a'","actions":[{"http":{"url":"https://b.example/"}}]})")
            .status,
        200u);
    EXPECT_THAT(challenged, SizeIs(0)) << "whoever made it had it asked";
}

}  // namespace
}  // namespace gatehouse::api
