// The endpoints against a double of a service: a server of HTTP that keeps what comes, byte for
// byte, and proves each signature.
#include "rules/targets/aws_endpoints.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/http_test_service.h"
#include "net/loop_fixture.h"
#include "signature/verifier.h"

namespace gatehouse::rules {
namespace {

using ::testing::HasSubstr;

constexpr const char* endpoint_secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

class OneKey final : public signature::KeyLookup {
public:
    std::optional<signature::AccessKey> find(const signature::AccessKeyId& id) const override {
        if (id.view() != "AKIDEXAMPLE") return std::nullopt;
        return signature::AccessKey{endpoint_secret,
                                    AccountId("123456789012"),
                                    "arn:aws:iam::123456789012:root",
                                    token,
                                    {}};
    }
    std::string token;
};

class AwsEndpointsTest : public net::LoopFixture, public net::Routes {
protected:
    async::Task<net::HttpResponse> handle(net::HttpRequest request, const net::PeerFacts&,
                                          Deadline) override {
        const signature::RequestView view{.method = request.method,
                                          .path = request.path,
                                          .query = request.query,
                                          .headers = request.headers.fields(),
                                          .body = request.body};
        const auto proved = signature::verify_request(view, keys, clock.wall_now());
        scope = proved ? proved->credential.scope.text() : proved.error().message;
        requests.push_back(std::move(request));
        net::HttpResponse response{.status = 200};
        response.body = "{}";
        co_return response;
    }

    void open(std::string_view more = "") {
        const std::string text = fmt::format(
            R"({{"endpoints": {{"*": {{"url": "http://127.0.0.1:{}", "region": "eu-west-1",
                "accessKeyId": "AKIDEXAMPLE", "secretAccessKey": "{}"{}}}}}}})",
            service.port(), endpoint_secret, more);
        const auto declared = parse_target_declarations(text, "/", own);
        ASSERT_TRUE(declared) << declared.error().message;
        endpoints = AwsEndpoints::make({loop, lookups, clock}, *declared).value();
    }
    // The status, or the kind of the error and its sentence.
    std::string ask(AwsService of, Call call) {
        std::string told;
        tasks.start([](auto& self, auto of, auto call, auto& told) -> async::Task<void> {
            const auto answer = co_await self.endpoints->ask(of, std::move(call), self.soon());
            told = answer ? std::to_string(answer->status)
                          : fmt::format("{}: {}", name_of(answer.error().kind),
                                        answer.error().message);
        }(*this, of, std::move(call), told));
        while (told.empty()) loop.run_once(std::chrono::milliseconds(20));
        return told;
    }
    void TearDown() override {
        if (endpoints) endpoints->close();
        service.cut();
        finish();
    }

    const Tenant own{AccountId("123456789012"), Region("us-east-1")};
    OneKey keys;
    net::NameLookups lookups{loop};
    net::HttpTestService service{loop, tasks, *this};
    std::unique_ptr<AwsEndpoints> endpoints;
    std::vector<net::HttpRequest> requests;
    std::string scope;
};

TEST_F(AwsEndpointsTest, SignWhatTheyAsk) {
    open();
    EXPECT_TRUE(endpoints->has(AwsService::Sqs, own.account));
    EXPECT_FALSE(endpoints->has(AwsService::Sqs, AccountId("210987654321")));
    EXPECT_EQ(
        ask(AwsService::Sqs, json_call("AmazonSQS.SendMessage", JsonVersion::V1_0, R"({"a":1})")),
        "200");
    ASSERT_EQ(requests.size(), 1u);
    const net::HttpRequest& request = requests[0];
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.target, "/");
    EXPECT_EQ(request.body, R"({"a":1})");
    EXPECT_EQ(request.headers.find("Host"), fmt::format("127.0.0.1:{}", service.port()));
    EXPECT_EQ(request.headers.find("Content-Type"), "application/x-amz-json-1.0");
    EXPECT_EQ(request.headers.find("X-Amz-Target"), "AmazonSQS.SendMessage");
    EXPECT_EQ(request.headers.find("Content-Length"), "7");
    EXPECT_EQ(request.headers.find("X-Amz-Security-Token"), std::nullopt);
    EXPECT_THAT(std::string(*request.headers.find("Authorization")),
                HasSubstr("SignedHeaders=content-type;host;x-amz-date;x-amz-target,"));
    EXPECT_EQ(scope,
              format_amz_date(clock.wall_now()).substr(0, 8) + "/eu-west-1/sqs/aws4_request");
}

TEST_F(AwsEndpointsTest, ThePathsOfS3StayAsTheyAre) {
    open();
    const Call call{.method = "PUT",
                    .path = "/my-bucket/a//b%20c%2B",
                    .headers = {{"Content-Type", "application/octet-stream"},
                                {"X-Amz-Content-Sha256", signature::sha256_hex("x")}},
                    .body = "x"};
    EXPECT_EQ(ask(AwsService::S3, call), "200");
    ASSERT_EQ(requests.size(), 1u);
    EXPECT_EQ(requests[0].target, "/my-bucket/a//b%20c%2B");
    EXPECT_THAT(scope, HasSubstr("/eu-west-1/s3/aws4_request"));
}

TEST_F(AwsEndpointsTest, CarryTheTokenOfTemporaryKeys) {
    open(R"(, "sessionToken": "TOKEN")");
    keys.token = "TOKEN";
    EXPECT_EQ(ask(AwsService::CloudWatch, query_call({"PutMetricData", "2010-08-01"}, {})), "200");
    EXPECT_THAT(scope, HasSubstr("/eu-west-1/monitoring/aws4_request"));
    EXPECT_EQ(requests[0].headers.find("X-Amz-Security-Token"), "TOKEN");
    EXPECT_EQ(requests[0].body, "Action=PutMetricData&Version=2010-08-01");
}

TEST_F(AwsEndpointsTest, SayThatNobodyIsThere) {
    open();
    service.stop_listening();
    EXPECT_THAT(ask(AwsService::Sns, query_call({"Publish", "2010-03-31"}, {})),
                HasSubstr("unavailable: "));
}

}  // namespace
}  // namespace gatehouse::rules
