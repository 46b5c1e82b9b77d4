#include "api/lambda/lambda_service.h"

#include <gtest/gtest.h>

#include "api/lambda/lambda_fixture.h"

namespace gatehouse::api {
namespace {

// GetFunction.
TEST_F(LambdaServiceTest, APackageCanBeFetchedForTenMinutes) {
    parsed(create("fn"), 201);
    const auto location = [&] {
        const auto found = parsed(call("lambda", "GET", function_path));
        return std::string(found.at("Code").at("Location").as_string());
    };
    const std::string whole = location();
    ASSERT_TRUE(whole.starts_with("http://localhost:4566/gatehouse/v1/function-code/")) << whole;
    const std::string target = whole.substr(std::string_view("http://localhost:4566").size());
    const auto fetched = send(request("GET", target));
    EXPECT_EQ(fetched.status, 200u);
    EXPECT_EQ(
        functions::hash_of(fetched.body),
        directory
            ->find({AccountId("123456789012"), Region("us-east-1")}, functions::FunctionName("fn"))
            ->configuration.code_hash);
    // Another function, another time, no proof: not for these.
    for (const auto& [from, to] : {std::pair{"/fn?", "/fm?"},
                                   {"expires=1", "expires=2"},
                                   {"&proof=", "&proof=0"},
                                   {"us-east-1", "us-east-2"}}) {
        std::string changed = target;
        changed.replace(changed.find(from), std::string_view(from).size(), to);
        EXPECT_EQ(send(request("GET", changed)).status, 403u) << changed;
    }
    EXPECT_EQ(send(request("GET", target.substr(0, target.find('?')))).status, 403u);
    clock.advance(std::chrono::seconds(600));
    EXPECT_EQ(send(request("GET", target)).status, 403u);
    const std::string again = location();
    parsed(call("lambda", "DELETE", function_path), 204);
    EXPECT_EQ(send(request("GET", again.substr(again.find("/gatehouse")))).status, 404u);
}

// GetFunctionCodeSigningConfig, ListProvisionedConcurrencyConfigs and what else tools ask of a
// function that they read.
TEST_F(LambdaServiceTest, ToolsFindThatAFunctionHasNoneOfTheRest) {
    parsed(create("fn"), 201);
    const auto get = [&](const std::string& path, unsigned status = 200) {
        return parsed(call("lambda", "GET", path), status);
    };
    const std::string signing = "/2020-06-30/functions/fn/code-signing-config";
    EXPECT_TRUE(get(signing).as_object().empty());
    EXPECT_EQ(call("lambda", "DELETE", signing).status, 204u);
    get("/2020-06-30/functions/none/code-signing-config", 404);
    const std::string provisioned = "/2019-09-30/functions/fn/provisioned-concurrency";
    EXPECT_TRUE(
        get(provisioned + "?List=ALL").at("ProvisionedConcurrencyConfigs").as_array().empty());
    const auto absent = call("lambda", "GET", provisioned + "?Qualifier=%24LATEST");
    EXPECT_EQ(absent.status, 404u);
    EXPECT_EQ(error_type(absent), "ProvisionedConcurrencyConfigNotFoundException");
    EXPECT_EQ(call("lambda", "DELETE", provisioned + "?Qualifier=%24LATEST").status, 204u);
    EXPECT_TRUE(get("/2021-10-31/functions/fn/urls").at("FunctionUrlConfigs").as_array().empty());
    get("/2021-10-31/functions/fn/url", 404);
    EXPECT_TRUE(get("/2015-03-31/event-source-mappings/?FunctionName=fn")
                    .at("EventSourceMappings")
                    .as_array()
                    .empty());
    get("/2015-03-31/event-source-mappings/?FunctionName=none", 404);
    get("/2015-03-31/event-source-mappings/14e0db71-5d35-4eb5-b481-8945cf9d10c2", 404);
    EXPECT_EQ(get("/2024-08-31/functions/fn/recursion-config").at("RecursiveLoop"), "Terminate");
    EXPECT_EQ(get("/2021-07-20/functions/fn/runtime-management-config").at("UpdateRuntimeOn"),
              "Auto");
}

// Invoke, InvocationType Event.
TEST_F(LambdaServiceTest, AnEventIsTakenAtOnceAndRepeatedLater) {
    parsed(create("fn"), 201);
    invoker.raises = true;
    const auto path = std::string(function_path) + "/invocations";
    const auto taken =
        call("lambda", "POST", path, R"({"a":1})", {{"X-Amz-Invocation-Type", "Event"}});
    EXPECT_EQ(taken.status, 202u);
    EXPECT_EQ(taken.body, "");
    EXPECT_FALSE(taken.headers.find("X-Amz-Executed-Version"));
    EXPECT_EQ(async_invocations.pending(), 1u);
    EXPECT_EQ(call("lambda", "POST", path, "no json", {{"X-Amz-Invocation-Type", "Event"}}).status,
              400u);
    EXPECT_EQ(call("lambda", "POST", path, '"' + std::string(1024 * 1024, 'x') + '"',
                   {{"X-Amz-Invocation-Type", "Event"}})
                  .status,
              413u);
    invoker.raises = false;
    clock.advance(std::chrono::seconds(60));
    while (async_invocations.pending() > 0) loop.run_once(std::chrono::milliseconds(1));
}

// CreateFunction, GetFunctionConfiguration, GetFunction.
TEST_F(LambdaServiceTest, KeepsAFunction) {
    const auto made = parsed(
        create("fn", R"(,"Environment":{"Variables":{"KEY":"v"}},"Tags":{"team":"a"})"), 201);
    EXPECT_EQ(made.at("FunctionArn"), "arn:aws:lambda:us-east-1:123456789012:function:fn");
    EXPECT_EQ(made.at("State"), "Pending");
    EXPECT_EQ(made.at("StateReasonCode"), "Creating");
    EXPECT_FALSE(made.as_object().contains("LastUpdateStatus"));

    const auto found = parsed(call("lambda", "GET", std::string(function_path) + "/configuration"));
    EXPECT_EQ(found.at("State"), "Active");
    EXPECT_EQ(found.at("LastUpdateStatus"), "Successful");
    EXPECT_EQ(found.at("Architectures").at(0), "x86_64");
    EXPECT_EQ(found.at("Environment").at("Variables").at("KEY"), "v");
    EXPECT_EQ(found.at("LoggingConfig").at("LogGroup"), "/aws/lambda/fn");
    EXPECT_EQ(found.at("LastModified"), "2026-01-01T00:00:00.000+0000");

    const auto whole = parsed(call("lambda", "GET", function_path));
    EXPECT_EQ(whole.at("Configuration").at("FunctionName"), "fn");
    EXPECT_EQ(whole.at("Tags").at("team"), "a");
}

TEST_F(LambdaServiceTest, FunctionsAreNamedInEveryWay) {
    parsed(create("fn"), 201);
    for (const auto* name : {"fn", "fn:$LATEST", "123456789012:function:fn",
                             "arn:aws:lambda:us-east-1:123456789012:function:fn"}) {
        parsed(call("lambda", "GET", functions_path + ("/" + percent_encode(name))));
    }
    const auto latest =
        parsed(call("lambda", "GET", std::string(function_path) + "?Qualifier=%24LATEST"));
    EXPECT_EQ(latest.at("Configuration").at("FunctionArn"),
              "arn:aws:lambda:us-east-1:123456789012:function:fn:$LATEST");
    EXPECT_EQ(parsed(call("lambda", "GET", function_path)).at("Configuration").at("FunctionArn"),
              "arn:aws:lambda:us-east-1:123456789012:function:fn");
    EXPECT_EQ(call("lambda", "GET", std::string(function_path) + "?Qualifier=PROD").status, 404u);
    const auto elsewhere =
        call("lambda", "GET",
             functions_path +
                 ("/" + percent_encode("arn:aws:lambda:eu-west-1:123456789012:function:fn")));
    EXPECT_EQ(elsewhere.status, 404u);
    EXPECT_NE(elsewhere.body.find("not reachable in this region"), std::string::npos);
    EXPECT_EQ(
        call("lambda", "GET", functions_path + std::string("/000000000000:function:fn")).status,
        403u);
}

TEST_F(LambdaServiceTest, RefusesInTheServicesWords) {
    const auto unknown = call("lambda", "GET", function_path);
    EXPECT_EQ(unknown.status, 404u);
    EXPECT_EQ(unknown.body, R"({"Type":"User","Message":"Function not found: )"
                            R"(arn:aws:lambda:us-east-1:123456789012:function:fn"})");
    parsed(create("fn"), 201);
    const auto twice = create("fn");
    EXPECT_EQ(twice.status, 409u);
    EXPECT_EQ(error_type(twice), "ResourceConflictException");
    const auto invalid = create("f!");
    EXPECT_EQ(error_type(invalid), "ValidationException");
    EXPECT_EQ(invalid.body.find("\"Type\""), std::string::npos);
    EXPECT_EQ(error_type(create("g", R"(,"Layers":["arn:aws:lambda:us-east-1:123456789012:)"
                                     R"(layer:l:1"])")),
              "InvalidParameterValueException");
    EXPECT_EQ(error_type(call("lambda", "POST", functions_path, "{")),
              "InvalidRequestContentException");
}

TEST_F(LambdaServiceTest, ValuesOutsideTheModelAreValidationErrors) {
    for (const char* more : {R"(,"Timeout":0)", R"(,"Timeout":901)", R"(,"MemorySize":10241)",
                             R"(,"EphemeralStorage":{"Size":511})"}) {
        const auto refused = create("g", more);
        EXPECT_EQ(refused.status, 400u) << more;
        EXPECT_EQ(error_type(refused), "ValidationException") << more << refused.body;
        EXPECT_NE(refused.body.find("1 validation error detected: Value '"), std::string::npos);
    }
    for (const std::string& name : {std::string(65, 'n'), std::string("a.b")}) {
        EXPECT_EQ(error_type(create(name)), "ValidationException") << name;
    }
    const auto without_handler =
        call("lambda", "POST", functions_path,
             R"({"FunctionName":"g","Runtime":"python3.11",)"
             R"("Role":"arn:aws:iam::123456789012:role/any","Code":{"ZipFile":"UEs="}})");
    EXPECT_EQ(error_type(without_handler), "InvalidParameterValueException");
    EXPECT_NE(without_handler.body.find("Runtime and Handler are mandatory"), std::string::npos);
}

TEST_F(LambdaServiceTest, WhatIsNotDoneIsRefusedByName) {
    const std::vector<std::pair<std::string, std::string>> members{
        {R"("VpcConfig":{"SubnetIds":["subnet-1"],"SecurityGroupIds":["sg-1"]})", "VPCs"},
        {R"("DeadLetterConfig":{"TargetArn":"arn:aws:sqs:us-east-1:123456789012:q"})",
         "dead letter queues"},
        {R"("KMSKeyArn":"arn:aws:kms:us-east-1:123456789012:key/k")", "keys of KMS"},
        {R"("SnapStart":{"ApplyOn":"PublishedVersions"})", "SnapStart"}};
    parsed(create("fn"), 201);
    for (const auto& [member, what] : members) {
        for (const auto& refused :
             {create("g", "," + member),
              call("lambda", "PUT", std::string(function_path) + "/configuration",
                   "{" + member + "}")}) {
            EXPECT_EQ(error_type(refused), "InvalidParameterValueException") << member;
            EXPECT_NE(refused.body.find("Gatehouse does not support " + what), std::string::npos)
                << refused.body;
        }
    }
    parsed(create("none", R"(,"VpcConfig":{"SubnetIds":[],"SecurityGroupIds":[]},)"
                          R"("SnapStart":{"ApplyOn":"None"},"DeadLetterConfig":{})"),
           201);
}

TEST_F(LambdaServiceTest, TracingIsKept) {
    EXPECT_EQ(parsed(create("fn", R"(,"TracingConfig":{"Mode":"Active"})"), 201)
                  .at("TracingConfig")
                  .at("Mode"),
              "Active");
    const auto path = std::string(function_path) + "/configuration";
    EXPECT_EQ(
        parsed(call("lambda", "PUT", path, R"({"Timeout":7})")).at("TracingConfig").at("Mode"),
        "Active");
    EXPECT_EQ(parsed(call("lambda", "PUT", path, R"({"TracingConfig":{"Mode":"PassThrough"}})"))
                  .at("TracingConfig")
                  .at("Mode"),
              "PassThrough");
}

TEST_F(LambdaServiceTest, ARevisionIsOfOneState) {
    const auto made = parsed(create("fn"), 201);
    const auto path = std::string(function_path) + "/configuration";
    const auto active = parsed(call("lambda", "GET", path));
    EXPECT_NE(made.at("RevisionId"), active.at("RevisionId"));
    const auto changing = parsed(call("lambda", "PUT", path, R"({"Timeout":7})"));
    const auto changed = parsed(call("lambda", "GET", path));
    EXPECT_NE(changing.at("RevisionId"), active.at("RevisionId"));
    EXPECT_NE(changing.at("RevisionId"), changed.at("RevisionId"));
    EXPECT_EQ(parsed(call("lambda", "GET", path)).at("RevisionId"), changed.at("RevisionId"));
    const std::string_view runtime =
        changed.at("RuntimeVersionConfig").at("RuntimeVersionArn").as_string();
    EXPECT_TRUE(runtime.starts_with("arn:aws:lambda:us-east-1::runtime:")) << runtime;
    EXPECT_EQ(runtime.size(), std::string_view("arn:aws:lambda:us-east-1::runtime:").size() + 64);
}

// UpdateFunctionCode and UpdateFunctionConfiguration.
TEST_F(LambdaServiceTest, ChangesAFunction) {
    const auto made = parsed(create("fn"), 201);
    const auto changed =
        parsed(call("lambda", "PUT", std::string(function_path) + "/code",
                    R"({"ZipFile":")" + zip_base64("def handler(e, c): return 1\n") + "\"}"));
    EXPECT_EQ(changed.at("LastUpdateStatus"), "InProgress");
    EXPECT_NE(changed.at("CodeSha256"), made.at("CodeSha256"));
    const auto path = std::string(function_path) + "/configuration";
    EXPECT_EQ(parsed(call("lambda", "PUT", path, R"({"Timeout":7})")).at("Timeout"), 7);
    const auto stale = call("lambda", "PUT", path, R"({"Timeout":8,"RevisionId":"x"})");
    EXPECT_EQ(stale.status, 412u);
    EXPECT_EQ(error_type(stale), "PreconditionFailedException");
}

TEST_F(LambdaServiceTest, ListFunctionsNamesVersionsWhereAllAreAskedFor) {
    parsed(create("fn"), 201);
    const auto arn = [&](const std::string& query) {
        const auto page = parsed(call("lambda", "GET", functions_path + ("/" + query)));
        return std::string(page.at("Functions").at(0).at("FunctionArn").as_string());
    };
    EXPECT_EQ(arn(""), "arn:aws:lambda:us-east-1:123456789012:function:fn");
    EXPECT_EQ(arn("?FunctionVersion=ALL"),
              "arn:aws:lambda:us-east-1:123456789012:function:fn:$LATEST");
}

TEST_F(LambdaServiceTest, ListFunctionsPages) {
    for (const auto* name : {"a", "b", "c"}) parsed(create(name), 201);
    auto page = parsed(call("lambda", "GET", functions_path + std::string("/?MaxItems=2")));
    EXPECT_EQ(page.at("Functions").as_array().size(), 2u);
    const std::string rest = functions_path + std::string("?Marker=") + marker_in(page);
    page = parsed(call("lambda", "GET", rest));
    EXPECT_EQ(page.at("Functions").at(0).at("FunctionName"), "c");
    EXPECT_FALSE(page.as_object().contains("NextMarker"));
    for (const std::string wrong : {"c", "zz", "*"}) {
        const auto refused =
            call("lambda", "GET", functions_path + std::string("?Marker=") + wrong);
        EXPECT_EQ(error_type(refused), "InvalidParameterValueException") << wrong;
    }
}

TEST_F(LambdaServiceTest, DeleteFunctionAnswersWithNothing) {
    parsed(create("fn"), 201);
    EXPECT_EQ(call("lambda", "DELETE", std::string(function_path) + "?Qualifier=%24LATEST").status,
              400u)
        << "it is the function's only version";
    const auto response = call("lambda", "DELETE", function_path);
    EXPECT_EQ(response.status, 204u);
    EXPECT_EQ(response.body, "");
    EXPECT_EQ(call("lambda", "GET", function_path).status, 404u);
}

// AddPermission, GetPolicy, RemovePermission.
TEST_F(LambdaServiceTest, KeepsAResourcePolicy) {
    parsed(create("fn"), 201);
    const auto path = std::string(function_path) + "/policy";
    EXPECT_EQ(call("lambda", "GET", path).status, 404u);
    const auto added = parsed(call("lambda", "POST", path,
                                   R"({"StatementId":"iot","Action":"lambda:InvokeFunction",)"
                                   R"("Principal":"iot.amazonaws.com"})"),
                              201);
    EXPECT_NE(added.at("Statement").as_string().find("iot.amazonaws.com"), std::string::npos);
    EXPECT_EQ(call("lambda", "POST", path + "?Qualifier=%24LATEST",
                   R"({"StatementId":"latest","Action":"lambda:InvokeFunction",)"
                   R"("Principal":"iot.amazonaws.com"})")
                  .status,
              400u);
    const auto policy = parsed(call("lambda", "GET", path));
    EXPECT_NE(policy.at("Policy").as_string().find("2012-10-17"), std::string::npos);
    EXPECT_EQ(call("lambda", "DELETE", path + "/iot").status, 204u);
    EXPECT_EQ(call("lambda", "DELETE", path + "/iot").status, 404u);
}

// TagResource, ListTags, UntagResource.
TEST_F(LambdaServiceTest, KeepsTags) {
    parsed(create("fn"), 201);
    const auto path =
        "/2017-03-31/tags/" + percent_encode("arn:aws:lambda:us-east-1:123456789012:function:fn");
    EXPECT_EQ(call("lambda", "POST", path, R"({"Tags":{"a":"1","b":"2"}})").status, 204u);
    EXPECT_EQ(call("lambda", "DELETE", path + "?tagKeys=a&tagKeys=x").status, 204u);
    EXPECT_EQ(call("lambda", "GET", path).body, R"({"Tags":{"b":"2"}})");
}

TEST_F(LambdaServiceTest, InvokePassesPayloadsThrough) {
    parsed(create("fn"), 201);
    const auto path = std::string(function_path) + "/invocations";
    const auto answer = call("lambda", "POST", path, R"([1, "x"])", {{"X-Amz-Log-Type", "Tail"}});
    EXPECT_EQ(answer.status, 200u);
    EXPECT_EQ(answer.body, R"([1, "x"])");
    EXPECT_EQ(answer.headers.find("X-Amz-Executed-Version"), "$LATEST");
    EXPECT_EQ(answer.headers.find("X-Amz-Log-Result"), to_base64(bytes_of("END RequestId")));
    EXPECT_FALSE(answer.headers.find("X-Amz-Function-Error"));
    EXPECT_EQ(answer.headers.find("x-amzn-RequestId"), invoker.last_request);
    EXPECT_EQ(call("lambda", "POST", path).body, "{}");

    invoker.raises = true;
    EXPECT_EQ(call("lambda", "POST", path, "{}").headers.find("X-Amz-Function-Error"), "Unhandled");
}

TEST_F(LambdaServiceTest, InvokePassesTracesOn) {
    parsed(create("fn"), 201);
    const auto path = std::string(function_path) + "/invocations";
    const auto answer =
        call("lambda", "POST", path, "{}", {{"X-Amzn-Trace-Id", "Root=1-2;Sampled=1"}});
    EXPECT_EQ(invoker.last_trace, "Root=1-2;Sampled=1");
    EXPECT_EQ(answer.headers.find("X-Amzn-Trace-Id"), "Root=1-2;Parent=3;Sampled=0");
    call("lambda", "POST", path, "{}",
         {{"X-Amzn-Trace-Id", "Root=1-3"}, {"X-Amz-Invocation-Type", "Event"}});
    while (async_invocations.pending() > 0) loop.run_once(std::chrono::milliseconds(1));
    EXPECT_EQ(invoker.last_trace, "Root=1-3");
}

TEST_F(LambdaServiceTest, AClientContextIsBounded) {
    parsed(create("fn"), 201);
    const auto status_with = [&](std::size_t json_bytes) {
        const std::string context = '"' + std::string(json_bytes - 2, 'x') + '"';
        return call("lambda", "POST", std::string(function_path) + "/invocations", "{}",
                    {{"X-Amz-Client-Context", to_base64(bytes_of(context))}})
            .status;
    };
    EXPECT_EQ(status_with(2685), 200u) << "3580 bytes of base64";
    EXPECT_EQ(status_with(2688), 400u) << "3584";
}

TEST_F(LambdaServiceTest, InvokeRefuses) {
    const auto path = std::string(function_path) + "/invocations";
    EXPECT_NE(call("lambda", "POST", path, "{}").body.find("function:fn:$LATEST"),
              std::string::npos);
    parsed(create("fn"), 201);
    EXPECT_EQ(error_type(call("lambda", "POST", path, "{oops")), "InvalidRequestContentException");
    EXPECT_EQ(call("lambda", "POST", path, "{}", {{"X-Amz-Invocation-Type", "DryRun"}}).status,
              204u);
    invoker.failure =
        Error{ErrorKind::Throttled, "Rate Exceeded.", {"ConcurrentInvocationLimitExceeded", 0, 0}};
    const auto throttled = call("lambda", "POST", path, "{}");
    EXPECT_EQ(throttled.status, 429u);
    EXPECT_EQ(throttled.headers.find("Retry-After"), "1");
    EXPECT_EQ(throttled.body, R"({"Type":"User","message":"Rate Exceeded.",)"
                              R"("Reason":"ConcurrentInvocationLimitExceeded"})");
}

TEST_F(LambdaServiceTest, EveryListedOperationHasAHandler) {
    const auto listed = lambda::implemented_operations();
    EXPECT_EQ(api->services().all()[0].operations(),
              std::vector<std::string_view>(listed.begin(), listed.end()));
}

}  // namespace
}  // namespace gatehouse::api
