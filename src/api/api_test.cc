#include "api/api.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "api/api_fixture.h"
#include "api/shapes/iot/create_authorizer.h"
#include "api/shapes/iot/describe_authorizer.h"
#include "api/shapes/iot/errors.h"
#include "api/shapes/iot/model.h"
#include "api/shapes/logs/errors.h"
#include "api/shapes/logs/model.h"
#include "api/shapes/logs/put_log_events.h"
#include "async/wake.h"

namespace gatehouse::api {
namespace {

// Answers what it was asked, after a pause.
struct EchoingCreate {
    using Shape = iot::CreateAuthorizerShape;
    async::Task<Result<iot::CreateAuthorizerResponse>> handle(
        const Caller& caller, iot::CreateAuthorizerRequest request) const {
        co_await async::sleep_until(*async::EventLoop::current(),
                                    Deadline(async::EventLoop::current()->now()));
        if (request.authorizer_name == "throw") throw std::bad_alloc();
        co_return iot::CreateAuthorizerResponse{
            .authorizer_name = request.authorizer_name,
            .authorizer_arn = caller.tenant.account.value() + "/" + caller.tenant.region.value()};
    }
};

// Fails, with an error of the service or of its parts.
struct FailingDescribe {
    using Shape = iot::DescribeAuthorizerShape;
    wire::Outcome<iot::DescribeAuthorizerResponse> handle(
        const Caller&, iot::DescribeAuthorizerRequest request) const {
        if (request.authorizer_name == "unknown") {
            return fail(ErrorKind::NotFound, "no authorizer 'unknown'");
        }
        return wire::fail_as(iot::errors::delete_conflict_exception, "still in use",
                             {{"hint", "detach it"}});
    }
};

struct CountingPut {
    using Shape = logs::PutLogEventsShape;
    Result<logs::PutLogEventsResponse> handle(const Caller&,
                                              logs::PutLogEventsRequest request) const {
        return logs::PutLogEventsResponse{.next_sequence_token =
                                              std::to_string(request.log_events.size())};
    }
};

const wire::ErrorShape& iot_error(ErrorKind kind) {
    return kind == ErrorKind::NotFound ? iot::errors::resource_not_found_exception
                                       : iot::errors::internal_failure_exception;
}
const wire::ErrorShape& logs_error(ErrorKind) {
    return logs::errors::service_unavailable_exception;
}

struct ApiTest : ApiFixture {
    ApiTest() {
        std::vector<Service> services;
        services.emplace_back(iot::model(),
                              ErrorTable{&iot::errors::invalid_request_exception,
                                         &iot::errors::invalid_request_exception, &iot_error},
                              1024 * 1024);
        services.back().handle(EchoingCreate()).handle(FailingDescribe());
        services.emplace_back(logs::model(),
                              ErrorTable{&logs::errors::invalid_parameter_exception,
                                         &logs::errors::invalid_parameter_exception, &logs_error},
                              2 * 1024 * 1024);
        services.back().handle(CountingPut());
        serve(std::move(services),
              {{"/health", [](net::HttpRequest) -> async::Task<net::HttpResponse> {
                    co_return net::HttpResponse{.body = "fine"};
                }}});
    }
};

constexpr auto body = R"({"authorizerFunctionArn":"arn:f"})";

TEST_F(ApiTest, ServesAnOperation) {
    const auto response = call("iot", "POST", "/authorizer/Auto", body);
    EXPECT_EQ(response.status, 200u);
    EXPECT_EQ(response.body,
              R"({"authorizerName":"Auto","authorizerArn":"123456789012/us-east-1"})");
    ASSERT_TRUE(response.headers.find("x-amzn-RequestId"));
    ASSERT_EQ(records.size(), 1u);
    EXPECT_EQ(records[0].operation, "CreateAuthorizer");
    EXPECT_EQ(records[0].service, "iot");
    EXPECT_EQ(records[0].principal, "arn:aws:iam::123456789012:root");
    EXPECT_EQ(records[0].status, 200u);
    EXPECT_EQ(records[0].request_id, *response.headers.find("x-amzn-RequestId"));
}

TEST_F(ApiTest, OlderClientsSignIotAsExecuteApi) {
    EXPECT_EQ(call("execute-api", "POST", "/authorizer/Auto", body).status, 200u);
}

TEST_F(ApiTest, ServesJson11) {
    const auto response = call(
        "logs", "POST", "/",
        R"({"logGroupName":"g","logStreamName":"s","logEvents":[{"timestamp":1,"message":"m"}]})",
        {{"X-Amz-Target", "Logs_20140328.PutLogEvents"}});
    EXPECT_EQ(response.status, 200u);
    EXPECT_EQ(response.body, R"({"nextSequenceToken":"1"})");
    EXPECT_EQ(response.headers.find("Content-Type"), "application/x-amz-json-1.1");
}

TEST_F(ApiTest, LargeBodiesGoThroughTheWorkers) {
    std::string events;
    while (events.size() < 300'000) {
        if (!events.empty()) events += ',';
        events += R"({"timestamp":1,"message":"mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm"})";
    }
    const auto response =
        call("logs", "POST", "/",
             R"({"logGroupName":"g","logStreamName":"s","logEvents":[)" + events + "]}",
             {{"X-Amz-Target", "Logs_20140328.PutLogEvents"}});
    EXPECT_EQ(response.status, 200u) << response.body;
}

TEST_F(ApiTest, ErrorsAreTheServicesOwn) {
    const auto unknown = call("iot", "GET", "/authorizer/unknown");
    EXPECT_EQ(unknown.status, 404u);
    EXPECT_EQ(error_type(unknown), "ResourceNotFoundException");
    EXPECT_EQ(unknown.body, R"({"message":"no authorizer 'unknown'"})");
    EXPECT_EQ(records.back().error, "ResourceNotFoundException");

    const auto conflict = call("iot", "GET", "/authorizer/used");
    EXPECT_EQ(conflict.status, 409u);
    EXPECT_EQ(conflict.body, R"({"message":"still in use","hint":"detach it"})");

    const auto invalid = call("iot", "POST", "/authorizer/a%20b", body);
    EXPECT_EQ(invalid.status, 400u);
    EXPECT_EQ(error_type(invalid), "InvalidRequestException");
}

TEST_F(ApiTest, OperationsWithoutAHandlerSaySo) {
    const auto rest = call("iot", "GET", "/things/x");
    EXPECT_EQ(rest.status, 501u);
    EXPECT_EQ(error_type(rest), "NotImplementedException");
    EXPECT_NE(rest.body.find("DescribeThing"), std::string::npos);
    const auto json =
        call("logs", "POST", "/", "{}", {{"X-Amz-Target", "Logs_20140328.StartQuery"}});
    EXPECT_EQ(json.status, 501u);
    EXPECT_NE(json.body.find(R"("__type":"NotImplementedException")"), std::string::npos);
    EXPECT_NE(json.body.find("StartQuery"), std::string::npos);
    // Younger than the model that the distribution has.
    const auto younger =
        call("logs", "POST", "/", "{}", {{"X-Amz-Target", "Logs_20140328.StartLiveTail"}});
    EXPECT_EQ(younger.status, 501u);
    EXPECT_NE(younger.body.find("StartLiveTail"), std::string::npos);
}

TEST_F(ApiTest, WhatIsNoOperationIsNotFound) {
    EXPECT_EQ(call("iot", "GET", "/nothing/here").status, 404u);
    const auto unknown =
        call("logs", "POST", "/", "{}", {{"X-Amz-Target", "Logs_20140328.Nothing"}});
    EXPECT_EQ(unknown.status, 400u) << "as everything that is wrong with a request of JSON 1.1";
    EXPECT_NE(unknown.body.find(R"("__type":"UnknownOperationException")"), std::string::npos);
    EXPECT_EQ(call("logs", "POST", "/", "{}").status, 400u);
    EXPECT_EQ(call("logs", "GET", "/", "", {{"X-Amz-Target", "Logs_20140328.PutLogEvents"}}).status,
              400u);
}

TEST_F(ApiTest, TheServiceIsChosenBySigningNameNotByPath) {
    const auto response = call("lambda", "POST", "/authorizer/Auto", body);
    EXPECT_EQ(response.status, 403u);
    EXPECT_EQ(error_type(response), "InvalidSignatureException");
    EXPECT_NE(response.body.find("execute-api, iot, logs"), std::string::npos) << response.body;
}

TEST_F(ApiTest, UnsignedRequestsAreRefused) {
    const auto rest = send(request("GET", "/authorizer/Auto"));
    EXPECT_EQ(rest.status, 403u);
    EXPECT_EQ(error_type(rest), "MissingAuthenticationTokenException");
    const auto json = send(request("POST", "/", "{}", {{"X-Amz-Target", "Logs_20140328.X"}}));
    EXPECT_EQ(json.status, 400u);
    EXPECT_NE(json.body.find("__type"), std::string::npos);
}

TEST_F(ApiTest, WrongSignaturesAreRefusedWithWhatShouldHaveBeenSigned) {
    auto changed = sign(request("POST", "/authorizer/Auto", body), "iot");
    changed.body += " ";
    const auto response = send(std::move(changed));
    EXPECT_EQ(response.status, 403u);
    EXPECT_EQ(error_type(response), "InvalidSignatureException");
    EXPECT_NE(response.body.find("The Canonical String for this request should have been"),
              std::string::npos);
}

TEST_F(ApiTest, BodiesAreBounded) {
    const auto response =
        call("iot", "POST", "/authorizer/Auto", std::string(1024 * 1024 + 1, ' '));
    EXPECT_EQ(response.status, 413u);
    EXPECT_EQ(error_type(response), "RequestEntityTooLargeException");
}

// As SDKs read them, whatever the service was to be.
TEST_F(ApiTest, WhatNeverBecameARequestIsRefusedInJson) {
    const std::pair<unsigned, const char*> cases[] = {{413, "RequestEntityTooLargeException"},
                                                      {429, "TooManyRequestsException"},
                                                      {408, "RequestTimeoutException"},
                                                      {431, "BadRequestException"}};
    for (const auto& [status, type] : cases) {
        const auto response = api->refuse_request(status, "why");
        EXPECT_EQ(response.status, status);
        EXPECT_EQ(error_type(response), type);
        EXPECT_EQ(response.body, fmt::format(R"({{"__type":"{}","message":"why"}})", type));
    }
}

TEST_F(ApiTest, OpenEndpointsNeedNoSignatureButTheRightHost) {
    EXPECT_EQ(send(request("GET", "/health")).body, "fine");
    EXPECT_EQ(send(request("POST", "/health")).status, 403u);
    auto foreign = request("GET", "/health");
    foreign.headers.set("Host", "evil.test");
    EXPECT_EQ(send(std::move(foreign)).status, 403u);
}

TEST_F(ApiTest, PagesOfOtherOriginsGetNothing) {
    auto preflight =
        request("OPTIONS", "/authorizer/Auto", "",
                {{"Origin", "https://evil.test"}, {"Access-Control-Request-Method", "POST"}});
    const auto response = send(std::move(preflight));
    EXPECT_EQ(response.status, 403u);
    EXPECT_FALSE(response.headers.find("Access-Control-Allow-Origin"));
    EXPECT_EQ(
        send(sign(request("POST", "/authorizer/Auto", body, {{"Origin", "https://evil.test"}}),
                  "iot"))
            .status,
        403u);
}

// Accounts that are named come into being, or do not, where somebody keeps accounts.
TEST_F(ApiTest, BelievedCallersAreAdmittedFirst) {
    settings.access.mode = AuthMode::Any;
    std::vector<std::string> admitted;
    admit_account = [&](AccountId account) -> async::Task<Result<void>> {
        admitted.push_back(account.value());
        if (admitted.size() > 1) co_return fail(ErrorKind::LimitExceeded, "too many accounts");
        co_return Result<void>();
    };
    serve({});
    auto unproved = sign(request("GET", "/authorizer/Auto"), "iot");
    EXPECT_EQ(send(unproved).status, 403u);  // no services: nobody is asked for
    EXPECT_TRUE(admitted.empty());

    std::vector<Service> services;
    services.emplace_back(iot::model(),
                          ErrorTable{&iot::errors::invalid_request_exception,
                                     &iot::errors::invalid_request_exception, &iot_error},
                          1024);
    serve(std::move(services));
    EXPECT_EQ(send(unproved).status, 501u);
    const auto response = send(unproved);
    EXPECT_EQ(response.status, 429u);
    EXPECT_EQ(error_type(response), "LimitExceededException");
    EXPECT_EQ(admitted, (std::vector<std::string>{"123456789012", "123456789012"}));
}

TEST_F(ApiTest, AnExceptionIsThatRequestsFailure) {
    const auto response = call("iot", "POST", "/authorizer/throw", body);
    EXPECT_EQ(response.status, 500u);
    EXPECT_EQ(error_type(response), "InternalFailure");
    EXPECT_EQ(call("iot", "POST", "/authorizer/Auto", body).status, 200u);
}

}  // namespace
}  // namespace gatehouse::api
