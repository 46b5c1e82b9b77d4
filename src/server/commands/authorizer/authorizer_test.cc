#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "server/client/fake_api.h"

namespace gatehouse::server {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

constexpr auto create = "POST /authorizer/A";
constexpr auto permit = "POST /2015-03-31/functions/f/policy";

class AuthorizerCommands : public testing::Test {
protected:
    AuthorizerCommands() {
        api.answer("GET /2015-03-31/functions/f/configuration",
                   R"({"FunctionName":"f","FunctionArn":"arn:aws:lambda:us-east-1:0:function:f"})");
        api.answer(create, R"({"authorizerName":"A","authorizerArn":"arn:A"})");
        api.answer(permit, R"({"Statement":"{}"})", 201);
        api.answer("POST /default-authorizer", "{}");
    }
    json::value sent(const std::string& request) {
        return parse_json(api.body_of(request), "the request").value();
    }
    FakeApi api;
};

TEST_F(AuthorizerCommands, CreateTakesAFunctionByNameAndPermitsIt) {
    const Outcome outcome = api.run(
        {"authorizer", "create", "A", "--function", "f", "--signing-disabled", "--default"});
    EXPECT_EQ(outcome.exit, Exit::Done) << outcome.err;
    const auto body = sent(create);
    EXPECT_EQ(body.at("authorizerFunctionArn"), "arn:aws:lambda:us-east-1:0:function:f");
    EXPECT_EQ(body.at("status"), "ACTIVE");
    EXPECT_TRUE(body.at("signingDisabled").as_bool());
    EXPECT_EQ(sent(permit).at("SourceArn"), "arn:A");
    EXPECT_EQ(sent(permit).at("Principal"), "iot.amazonaws.com");
    EXPECT_EQ(api.body_of("POST /default-authorizer"), R"({"authorizerName":"A"})");
}

TEST_F(AuthorizerCommands, CreateWithSigningKeysAndWithoutPermission) {
    const std::string key = api.data().path() + "/key.pem";
    std::ofstream(key) << "PEM";
    const std::string given = "k1=@" + key;
    const Outcome outcome =
        api.run({"authorizer", "create", "A", "--function", "f", "--token-key-name", "tok",
                 "--signing-key", given, "--inactive", "--no-permission"});
    EXPECT_EQ(outcome.exit, Exit::Done) << outcome.err;
    const auto body = sent(create);
    EXPECT_EQ(body.at("status"), "INACTIVE");
    EXPECT_EQ(body.at("tokenKeyName"), "tok");
    EXPECT_EQ(body.at("tokenSigningPublicKeys").at("k1"), "PEM");
    EXPECT_FALSE(body.at("signingDisabled").as_bool());
    EXPECT_THAT(api.requests(), Not(Contains(permit)));
}

TEST_F(AuthorizerCommands, CreateAsksHowTokensAreProved) {
    const Outcome unsaid = api.run({"authorizer", "create", "A", "--function", "f"});
    EXPECT_EQ(unsaid.exit, Exit::WrongUse);
    EXPECT_THAT(unsaid.err, HasSubstr("--signing-disabled"));
    const Outcome functionless = api.run({"authorizer", "create", "A", "--signing-disabled"});
    EXPECT_EQ(functionless.exit, Exit::WrongUse);
    EXPECT_THAT(functionless.err, HasSubstr("--function NAME is missing"));
}

TEST_F(AuthorizerCommands, CreateSuggestsTheFunctionThatWasMeant) {
    api.answer("GET /2015-03-31/functions/", R"({"Functions":[{"FunctionName":"doorkeeper"}]})");
    const Outcome outcome =
        api.run({"authorizer", "create", "A", "--function", "dorkeeper", "--signing-disabled"});
    EXPECT_EQ(outcome.exit, Exit::Failed);
    EXPECT_THAT(outcome.err, HasSubstr("did you mean doorkeeper?"));
}

TEST_F(AuthorizerCommands, UpdateSendsWhatIsGiven) {
    api.answer("PUT /authorizer/A", R"({"authorizerArn":"arn:A"})");
    EXPECT_EQ(api.run({"authorizer", "update", "A", "--inactive"}).exit, Exit::Done);
    EXPECT_EQ(api.body_of("PUT /authorizer/A"), R"({"status":"INACTIVE"})");
    EXPECT_EQ(api.run({"authorizer", "update", "A"}).exit, Exit::WrongUse);
    EXPECT_EQ(api.run({"authorizer", "update", "A", "--active", "--inactive"}).exit,
              Exit::WrongUse);
}

TEST_F(AuthorizerCommands, UpdateKeepsTheOtherSigningKeys) {
    api.answer("GET /authorizer/A",
               R"({"authorizerDescription":{"tokenSigningPublicKeys":{"k1":"one","k2":"two"}}})");
    api.answer("PUT /authorizer/A", R"({"authorizerArn":"arn:A"})");
    const auto keys = [this] {
        return to_text(sent("PUT /authorizer/A").at("tokenSigningPublicKeys"));
    };
    EXPECT_EQ(api.run({"authorizer", "update", "A", "--signing-key", "k3=three"}).exit, Exit::Done);
    EXPECT_EQ(keys(), R"({"k1":"one","k2":"two","k3":"three"})");
    EXPECT_EQ(api.run({"authorizer", "update", "A", "--signing-key", "k2=new",
                       "--remove-signing-key", "k1"})
                  .exit,
              Exit::Done);
    EXPECT_EQ(keys(), R"({"k2":"new"})");
    const Outcome unknown = api.run({"authorizer", "update", "A", "--remove-signing-key", "k9"});
    EXPECT_EQ(unknown.exit, Exit::Failed);
    EXPECT_THAT(unknown.err, HasSubstr("no signing key 'k9'"));
}

TEST_F(AuthorizerCommands, CachingForHttpAndTagsAreSent) {
    EXPECT_EQ(api.run({"authorizer", "create", "A", "--function", "f", "--signing-disabled",
                       "--enable-caching-for-http", "--tag", "team=doors", "--tag", "empty="})
                  .exit,
              Exit::Done);
    EXPECT_TRUE(sent(create).at("enableCachingForHttp").as_bool());
    EXPECT_EQ(to_text(sent(create).at("tags")),
              R"([{"Key":"team","Value":"doors"},{"Key":"empty","Value":""}])");
    const Outcome twice = api.run({"authorizer", "create", "A", "--function", "f",
                                   "--signing-disabled", "--tag", "a=1", "--tag", "a=2"});
    EXPECT_EQ(twice.exit, Exit::WrongUse);
    EXPECT_THAT(twice.err, HasSubstr("more than once"));
    api.answer("PUT /authorizer/A", R"({"authorizerArn":"arn:A"})");
    EXPECT_EQ(api.run({"authorizer", "update", "A", "--no-enable-caching-for-http"}).exit,
              Exit::Done);
    EXPECT_EQ(api.body_of("PUT /authorizer/A"), R"({"enableCachingForHttp":false})");
}

TEST_F(AuthorizerCommands, TestSendsWhatHttpBrings) {
    api.answer("POST /authorizer/A/test", R"({"isAuthenticated":true,"principalId":"p1"})");
    EXPECT_EQ(api.run({"authorizer", "test", "A", "--header", "Authorization=Basic x=", "--header",
                       "tok=1", "--query", "a=b"})
                  .exit,
              Exit::Done);
    EXPECT_EQ(to_text(sent("POST /authorizer/A/test").at("httpContext")),
              R"({"headers":{"Authorization":"Basic x=","tok":"1"},"queryString":"a=b"})");
    EXPECT_EQ(api.run({"authorizer", "test", "A", "--header", "nothing"}).exit, Exit::WrongUse);
}

TEST_F(AuthorizerCommands, DeleteByForceTakesItOutOfUseFirst) {
    api.answer("DELETE /authorizer/A", R"({"message":"it is active"})", 409,
               "DeleteConflictException");
    api.answer("DELETE /authorizer/A", "{}");
    const Outcome gentle = api.run({"authorizer", "delete", "A"});
    EXPECT_EQ(gentle.exit, Exit::Failed);
    EXPECT_THAT(gentle.err, HasSubstr("--force"));
    api.answer("GET /default-authorizer", R"({"authorizerDescription":{"authorizerName":"A"}})");
    api.answer("DELETE /default-authorizer", "{}");
    api.answer("PUT /authorizer/A", "{}");
    const Outcome forced = api.run({"authorizer", "delete", "A", "--force"});
    EXPECT_EQ(forced.exit, Exit::Done) << forced.err;
    EXPECT_THAT(api.requests(), Contains("DELETE /default-authorizer"));
}

TEST_F(AuthorizerCommands, DescribeAndListShowTheDefault) {
    api.answer("GET /authorizers/", R"({"authorizers":[{"authorizerName":"A"}]})");
    api.answer("GET /authorizer/A",
               R"({"authorizerDescription":{"authorizerName":"A","status":"ACTIVE",)"
               R"("authorizerFunctionArn":"arn:f","signingDisabled":true}})");
    const Outcome before = api.run({"authorizer", "describe-default"});
    EXPECT_EQ(before.exit, Exit::Failed);
    EXPECT_THAT(before.err, HasSubstr("set-default"));
    api.answer("GET /default-authorizer", R"({"authorizerDescription":{"authorizerName":"A"}})");
    EXPECT_THAT(api.run({"authorizer", "describe", "A"}).out, HasSubstr("A (the default)\n"));
    const Outcome listed = api.run({"authorizer", "list"});
    EXPECT_THAT(listed.out, HasSubstr("A     ACTIVE  disabled  yes      arn:f"));
    EXPECT_THAT(api.run({"authorizer", "describe", "a"}).err, HasSubstr("did you mean A?"));
}

TEST_F(AuthorizerCommands, TestEncodesThePassword) {
    api.answer("POST /authorizer/A/test",
               R"({"isAuthenticated":true,"principalId":"p1","policyDocuments":["{\"a\":1}"],)"
               R"("refreshAfterInSeconds":300,"disconnectAfterInSeconds":1800})");
    const Outcome outcome = api.run(
        {"authorizer", "test", "A", "--username", "u", "--password", "test", "--client-id", "c"});
    EXPECT_EQ(outcome.exit, Exit::Done) << outcome.err;
    EXPECT_EQ(to_text(sent("POST /authorizer/A/test").at("mqttContext")),
              R"({"username":"u","password":"dGVzdA==","clientId":"c"})");
    EXPECT_THAT(outcome.out, HasSubstr("authenticated\n  principal         p1\n"));
    EXPECT_THAT(outcome.out, HasSubstr("\"a\": 1"));
}

TEST_F(AuthorizerCommands, TestFailsWhenItRefuses) {
    api.answer("POST /authorizer/A/test", R"({"isAuthenticated":false})");
    EXPECT_EQ(api.run({"authorizer", "test", "A"}).exit, Exit::Failed);
}

TEST_F(AuthorizerCommands, TestFailsWhenItsAnswerCannotBeUsed) {
    api.answer("POST /authorizer/A/test", R"({"message":"a policy that is not valid"})", 400,
               "InvalidResponseException");
    const Outcome outcome = api.run({"authorizer", "test", "A"});
    EXPECT_EQ(outcome.exit, Exit::Failed);
    EXPECT_THAT(outcome.err, HasSubstr("a policy that is not valid"));
}

TEST_F(AuthorizerCommands, TraceShowsTheNewestOrTheNamed) {
    constexpr auto trace =
        R"({"traceId":"t-1","clientId":"c","source":"s","outcome":"refused","steps":[]})";
    api.answer("GET /gatehouse/v1/traces?maxResults=1", R"({"traces":[]})");
    api.answer("GET /gatehouse/v1/traces?maxResults=1&clientId=c&showSecrets=true",
               std::string(R"({"traces":[)") + trace + "]}");
    api.answer("GET /gatehouse/v1/traces/t-1", std::string(R"({"trace":)") + trace + "}");
    const Outcome none = api.run({"authorizer", "trace"});
    EXPECT_EQ(none.exit, Exit::Failed);
    EXPECT_THAT(none.err, HasSubstr("no connection attempt is remembered"));
    EXPECT_THAT(api.run({"authorizer", "trace", "--client-id", "c", "--show-secrets"}).out,
                HasSubstr("trace t-1"));
    EXPECT_THAT(api.run({"authorizer", "trace", "--trace-id", "t-1"}).out,
                HasSubstr("client c  from s  refused"));
}

}  // namespace
}  // namespace gatehouse::server
