// Versions, aliases, concurrency and the treatment of events.
#include "api/lambda/lambda_fixture.h"
#include "api/lambda/page.h"
#include "api/lambda/publish_written.h"

namespace gatehouse::api {
namespace {

// PublishVersion, ListVersionsByFunction, ListFunctions, CreateFunction and UpdateFunctionCode with
// Publish, Invoke, GetFunction and DeleteFunction with Qualifier.
TEST_F(LambdaServiceTest, VersionsAreNamedByNumber) {
    const std::string arn = "arn:aws:lambda:us-east-1:123456789012:function:fn";
    const auto made = parsed(create("fn", R"(,"Publish":true)"), 201);
    EXPECT_EQ(made.at("Version"), "1");
    EXPECT_EQ(made.at("FunctionArn"), json::value(arn + ":1"));
    const std::string path = function_path;
    const auto same = parsed(call("lambda", "POST", path + "/versions", "{}"), 201);
    EXPECT_EQ(same.at("Version"), "1");
    const auto changed = parsed(call(
        "lambda", "PUT", path + "/code",
        R"({"Publish":true,"ZipFile":")" + zip_base64("def handler(e, c): return 2\n") + "\"}"));
    EXPECT_EQ(changed.at("Version"), "2");
    EXPECT_EQ(call("lambda", "POST", path + "/versions", R"({"CodeSha256":"x"})").status, 400u);
    EXPECT_EQ(call("lambda", "POST", path + "/versions", R"({"RevisionId":"x"})").status, 412u);

    const auto versions = parsed(call("lambda", "GET", path + "/versions"));
    ASSERT_EQ(versions.at("Versions").as_array().size(), 3u);
    EXPECT_EQ(versions.at("Versions").at(0).at("FunctionArn"), json::value(arn + ":$LATEST"));
    EXPECT_EQ(versions.at("Versions").at(2).at("FunctionArn"), json::value(arn + ":2"));
    const auto page = parsed(call("lambda", "GET", path + "/versions?MaxItems=2"));
    const auto rest = parsed(call("lambda", "GET", path + "/versions?Marker=" + marker_in(page)));
    EXPECT_EQ(rest.at("Versions").as_array().size(), 1u);
    EXPECT_EQ(parsed(call("lambda", "GET", std::string(functions_path) + "?FunctionVersion=ALL"))
                  .at("Functions")
                  .as_array()
                  .size(),
              3u);

    const auto first = parsed(call("lambda", "GET", path + "?Qualifier=1"));
    EXPECT_EQ(first.at("Configuration").at("FunctionArn"), json::value(arn + ":1"));
    const std::string location(first.at("Code").at("Location").as_string());
    const auto fetched = send(request("GET", location.substr(location.find("/gatehouse"))));
    EXPECT_EQ(json::value(functions::code_sha256_base64(functions::hash_of(fetched.body))),
              first.at("Configuration").at("CodeSha256"));
    EXPECT_EQ(call("lambda", "POST", path + "/invocations?Qualifier=1", "{}").status, 200u);
    EXPECT_EQ(invoker.last_qualifier, "1");
    EXPECT_EQ(call("lambda", "POST", path + "/invocations?Qualifier=9", "{}").status, 404u);
    EXPECT_EQ(call("lambda", "DELETE", path + "?Qualifier=1").status, 204u);
    EXPECT_EQ(call("lambda", "GET", path + "?Qualifier=1").status, 404u);
}

// ListAliases, ListVersionsByFunction.
TEST_F(LambdaServiceTest, WhatChangesAFunctionTakesNoVersionOfIt) {
    parsed(create("fn"), 201);
    const std::string path = function_path;
    parsed(call("lambda", "POST", path + "/versions", "{}"), 201);
    for (const auto& response :
         {call("lambda", "PUT", path + ":1/configuration", R"({"Timeout":9})"),
          call("lambda", "PUT", "/2017-10-31/functions/fn:1/concurrency",
               R"({"ReservedConcurrentExecutions":1})")}) {
        EXPECT_EQ(error_type(response), "InvalidParameterValueException") << response.body;
    }
    EXPECT_EQ(parsed(call("lambda", "GET", path + "/configuration")).at("Timeout"), 3);
    EXPECT_EQ(parsed(call("lambda", "PUT", path + ":$LATEST/configuration", R"({"Timeout":9})"))
                  .at("Timeout"),
              9);
}

TEST_F(LambdaServiceTest, APageGoesOnAfterAnEntryThatIsGone) {
    parsed(create("fn", R"(,"Publish":true)"), 201);
    const std::string aliases = std::string(function_path) + "/aliases";
    for (const std::string name : {"a", "b", "c"}) {
        parsed(call("lambda", "POST", aliases, R"({"FunctionVersion":"1","Name":")" + name + "\"}"),
               201);
    }
    const auto page = parsed(call("lambda", "GET", aliases + "?MaxItems=1"));
    EXPECT_EQ(call("lambda", "DELETE", aliases + "/a").status, 204u);
    const auto rest = parsed(call("lambda", "GET", aliases + "?Marker=" + marker_in(page)));
    EXPECT_EQ(rest.at("Aliases").as_array().size(), 2u);
    EXPECT_TRUE(lambda::ByVersion()("$LATEST", "1"));
    EXPECT_TRUE(lambda::ByVersion()("9", "10"));
    EXPECT_TRUE(lambda::ByVersion()("a:10", "a-b:9"));
}

// CreateFunction and UpdateFunctionCode with Publish.
TEST_F(LambdaServiceTest, CodeThatAnotherCallWroteMeanwhileIsNotPublished) {
    parsed(create("fn"), 201);
    const Tenant tenant{AccountId("123456789012"), Region("us-east-1")};
    const functions::FunctionName name("fn");
    const auto publish = [&](functions::CodeHash written) {
        std::optional<ErrorKind> failed;
        tasks.start([](auto& self, auto tenant, auto name, auto written,
                       auto& failed) -> async::Task<void> {
            const auto made =
                co_await lambda::publish_written(*self.directory, tenant, name, written);
            if (!made) failed = made.error().kind;
        }(*this, tenant, name, std::move(written), failed));
        while (tasks.running() > 0) loop.run_once(std::chrono::milliseconds(20));
        return failed;
    };
    EXPECT_EQ(publish(functions::hash_of("of another call")), ErrorKind::Conflict);
    EXPECT_EQ(directory->versions(tenant, name).size(), 1u);
    EXPECT_EQ(publish(directory->find(tenant, name)->configuration.code_hash), std::nullopt);
    EXPECT_EQ(directory->versions(tenant, name).size(), 2u);
}

// CreateAlias, GetAlias, UpdateAlias, ListAliases, DeleteAlias.
TEST_F(LambdaServiceTest, AliasesLeadToVersions) {
    parsed(create("fn", R"(,"Publish":true)"), 201);
    const std::string aliases = std::string(function_path) + "/aliases";
    const auto made =
        parsed(call("lambda", "POST", aliases, R"({"Name":"live","FunctionVersion":"1"})"), 201);
    EXPECT_EQ(made.at("AliasArn"), "arn:aws:lambda:us-east-1:123456789012:function:fn:live");
    EXPECT_FALSE(made.as_object().contains("RoutingConfig"));
    EXPECT_EQ(call("lambda", "POST", aliases, R"({"Name":"live","FunctionVersion":"1"})").status,
              409u);
    EXPECT_EQ(call("lambda", "POST", aliases, R"({"Name":"12","FunctionVersion":"1"})").status,
              400u);
    const auto changed = parsed(call("lambda", "PUT", aliases + "/live",
                                     R"({"Description":"d","FunctionVersion":"$LATEST"})"));
    EXPECT_EQ(changed.at("Description"), "d");
    EXPECT_EQ(call("lambda", "PUT", aliases + "/live", R"({"RevisionId":"x"})").status, 412u);
    EXPECT_EQ(parsed(call("lambda", "GET", aliases + "/live")).at("RevisionId"),
              changed.at("RevisionId"));
    EXPECT_EQ(parsed(call("lambda", "GET", aliases + "?FunctionVersion=1")).at("Aliases"),
              json::array());
    EXPECT_EQ(parsed(call("lambda", "GET", aliases)).at("Aliases").as_array().size(), 1u);
    const auto found =
        parsed(call("lambda", "GET", std::string(function_path) + "?Qualifier=live"));
    EXPECT_EQ(found.at("Configuration").at("Version"), "$LATEST");
    EXPECT_EQ(call("lambda", "DELETE", std::string(function_path) + "?Qualifier=live").status,
              400u);
    EXPECT_EQ(call("lambda", "DELETE", aliases + "/live").status, 204u);
    const auto gone = call("lambda", "GET", aliases + "/live");
    EXPECT_EQ(gone.status, 404u);
    EXPECT_NE(gone.body.find("Cannot find alias arn: "), std::string::npos);
}

// PutFunctionConcurrency, GetFunctionConcurrency, DeleteFunctionConcurrency, GetAccountSettings.
TEST_F(LambdaServiceTest, ConcurrencyIsReserved) {
    parsed(create("fn"), 201);
    const std::string put = "/2017-10-31/functions/fn/concurrency";
    const std::string get = "/2019-09-30/functions/fn/concurrency";
    EXPECT_EQ(parsed(call("lambda", "GET", get)), json::object());
    EXPECT_EQ(parsed(call("lambda", "PUT", put, R"({"ReservedConcurrentExecutions":5})"))
                  .at("ReservedConcurrentExecutions"),
              5);
    EXPECT_EQ(parsed(call("lambda", "GET", get)).at("ReservedConcurrentExecutions"), 5);
    EXPECT_EQ(call("lambda", "PUT", put, R"({"ReservedConcurrentExecutions":901})").status, 400u);
    const auto account = parsed(call("lambda", "GET", "/2016-08-19/account-settings/"));
    EXPECT_EQ(account.at("AccountLimit").at("UnreservedConcurrentExecutions"), 995);
    EXPECT_EQ(account.at("AccountUsage").at("FunctionCount"), 1);
    EXPECT_EQ(call("lambda", "DELETE", put).status, 204u);
    EXPECT_EQ(parsed(call("lambda", "GET", get)), json::object());
}

// PublishLayerVersion, GetLayerVersion, GetLayerVersionByArn, ListLayers, ListLayerVersions,
// DeleteLayerVersion.
TEST_F(LambdaServiceTest, LayersAreGivenToFunctions) {
    const std::string versions = "/2018-10-31/layers/tools/versions";
    const std::string content =
        R"({"Content":{"ZipFile":")" + zip_base64("x = 1\n") + R"("},"Description":"d"})";
    const auto made = parsed(call("lambda", "POST", versions, content), 201);
    constexpr const char* arn = "arn:aws:lambda:us-east-1:123456789012:layer:tools:1";
    EXPECT_EQ(made.at("LayerVersionArn"), arn);
    const auto read = parsed(call("lambda", "GET", versions + "/1"));
    EXPECT_EQ(read.at("Content").at("CodeSha256"), made.at("Content").at("CodeSha256"));
    EXPECT_EQ(parsed(call("lambda", "GET",
                          "/2018-10-31/layers?find=LayerVersion&Arn=" + percent_encode(arn)))
                  .at("LayerVersionArn"),
              arn);
    const std::string location(read.at("Content").at("Location").as_string());
    const std::string target = location.substr(location.find("/gatehouse/"));
    EXPECT_EQ(send(request("GET", target)).status, 200u);
    std::string other = target;
    other.replace(other.find("layer:"), 6, "");
    EXPECT_EQ(send(request("GET", other)).status, 403u);
    const auto listed = parsed(call("lambda", "GET", "/2018-10-31/layers"));
    EXPECT_EQ(listed.at("Layers").at(0).at("LatestMatchingVersion").at("Version"), 1);

    const auto with_layer = [&](const std::string& digits) {
        return R"(,"Layers":[")" + std::string(arn) + digits + "\"]";
    };
    const auto function = parsed(create("fn", with_layer("")), 201);
    EXPECT_EQ(function.at("Layers").at(0).at("Arn"), arn);
    const auto refused = create("other", with_layer("0"));
    EXPECT_EQ(refused.status, 400u);
    EXPECT_EQ(error_type(refused), "InvalidParameterValueException");
    EXPECT_EQ(call("lambda", "DELETE", versions + "/1").status, 204u);
    EXPECT_EQ(call("lambda", "GET", versions + "/1").status, 404u);
    EXPECT_EQ(parsed(call("lambda", "GET", versions)).at("LayerVersions").as_array().size(), 0u);
    EXPECT_EQ(call("lambda", "GET", "/2018-10-31/layers/not%20a%20name/versions").status, 400u);
}

// AddLayerVersionPermission, GetLayerVersionPolicy, RemoveLayerVersionPermission.
TEST_F(LambdaServiceTest, LayersHavePolicies) {
    const std::string versions = "/2018-10-31/layers/tools/versions";
    parsed(call("lambda", "POST", versions,
                R"({"Content":{"ZipFile":")" + zip_base64("x = 1\n") + R"("}})"),
           201);
    const std::string policy = versions + "/1/policy";
    EXPECT_EQ(call("lambda", "GET", policy).status, 404u);
    const auto statement = [](const std::string& principal) {
        return R"({"StatementId":"all","Action":"lambda:GetLayerVersion","Principal":")" +
               principal + "\"}";
    };
    const auto added = parsed(call("lambda", "POST", policy, statement("*")), 201);
    const auto told = parse_json(std::string(added.at("Statement").as_string()), "it").value();
    EXPECT_EQ(told.at("Principal"), "*");
    EXPECT_EQ(told.at("Resource"), "arn:aws:lambda:us-east-1:123456789012:layer:tools:1");
    EXPECT_EQ(error_type(call("lambda", "POST", policy, statement("*"))),
              "ResourceConflictException");
    const auto read = parsed(call("lambda", "GET", policy));
    EXPECT_EQ(read.at("RevisionId"), added.at("RevisionId"));
    EXPECT_EQ(parse_json(std::string(read.at("Policy").as_string()), "it").value().at("Statement"),
              json::array{told});
    EXPECT_EQ(error_type(call("lambda", "DELETE", policy + "/all?RevisionId=other")),
              "PreconditionFailedException");
    EXPECT_EQ(call("lambda", "DELETE", policy + "/none").status, 404u);
    EXPECT_EQ(call("lambda", "DELETE", policy + "/all").status, 204u);
    EXPECT_EQ(call("lambda", "GET", policy).status, 404u);
    EXPECT_EQ(call("lambda", "POST", versions + "/2/policy", statement("*")).status, 404u);
    EXPECT_EQ(call("lambda", "POST", policy, statement("nobody")).status, 400u);
}

// PutFunctionEventInvokeConfig, UpdateFunctionEventInvokeConfig, GetFunctionEventInvokeConfig,
// ListFunctionEventInvokeConfigs, DeleteFunctionEventInvokeConfig.
TEST_F(LambdaServiceTest, EventsAreRepeatedAsConfigured) {
    parsed(create("fn"), 201);
    const std::string path = "/2019-09-25/functions/fn/event-invoke-config";
    EXPECT_EQ(call("lambda", "GET", path).status, 404u);
    EXPECT_EQ(call("lambda", "PUT", path, R"({"MaximumRetryAttempts":3})").status, 400u);
    EXPECT_EQ(call("lambda", "PUT", path,
                   R"({"DestinationConfig":{"OnFailure":{"Destination":"arn:aws:sqs:a:1:q"}}})")
                  .status,
              400u);
    const auto put = parsed(call("lambda", "PUT", path, R"({"MaximumRetryAttempts":0})"));
    EXPECT_EQ(put.at("FunctionArn"), "arn:aws:lambda:us-east-1:123456789012:function:fn:$LATEST");
    const auto merged = parsed(call("lambda", "POST", path, R"({"MaximumEventAgeInSeconds":60})"));
    EXPECT_EQ(merged.at("MaximumRetryAttempts"), 0);
    EXPECT_EQ(merged.at("MaximumEventAgeInSeconds"), 60);
    EXPECT_EQ(parsed(call("lambda", "GET", path)).at("MaximumEventAgeInSeconds"), 60);
    EXPECT_EQ(parsed(call("lambda", "GET", path + "/list"))
                  .at("FunctionEventInvokeConfigs")
                  .as_array()
                  .size(),
              1u);
    invoker.raises = true;
    EXPECT_EQ(call("lambda", "POST", std::string(function_path) + "/invocations", "{}",
                   {{"X-Amz-Invocation-Type", "Event"}})
                  .status,
              202u);
    while (async_invocations.pending() > 0) loop.run_once(std::chrono::milliseconds(1));
    EXPECT_EQ(call("lambda", "DELETE", path).status, 204u);
    EXPECT_EQ(call("lambda", "GET", path).status, 404u);
}

}  // namespace
}  // namespace gatehouse::api
