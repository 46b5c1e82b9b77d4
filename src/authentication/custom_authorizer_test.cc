#include "authentication/custom_authorizer.h"

#include <gtest/gtest.h>

#include "authentication/custom_authorizer_fixture.h"
#include "authentication/device_authenticator.h"

namespace gatehouse::authentication {
namespace {

using std::chrono::seconds;

TEST_F(CustomAuthorizerTest, AYesBecomesAnIdentityWithItsPolicies) {
    const auto identity = ask(credentials("alice?x-amz-customauthorizer-name=Door"));
    ASSERT_TRUE(identity) << identity.error().sentence;
    EXPECT_EQ((*identity)->principal_id, "alice");
    EXPECT_EQ((*identity)->authorizer_name, "Door");
    EXPECT_EQ((*identity)->refresh_after, seconds(300));
    EXPECT_TRUE((*identity)->policies->decide(policy::Action::Publish, "any/topic").allowed());
    EXPECT_EQ(functions_.asked, "auth");
    ASSERT_EQ(functions_.events.size(), 1u);
    EXPECT_NE(functions_.events[0].find(R"("password":"cHc=")"), std::string::npos);
    EXPECT_EQ(functions_.secrets, std::vector<std::string>{"pw"});
}

TEST_F(CustomAuthorizerTest, TheTraceTellsEachStepAndNoSecret) {
    ASSERT_TRUE(ask(credentials("alice?x-amz-customauthorizer-name=Door")));
    const std::string trace = trace_text();
    for (const char* expected : {"x-amz-customauthorizer-name in the user name",
                                 "signing is disabled", "principalId is 1 to 128"}) {
        EXPECT_NE(trace.find(expected), std::string::npos) << expected << "\n" << trace;
    }
    EXPECT_EQ(trace.find("cHc="), std::string::npos) << trace;
}

TEST_F(CustomAuthorizerTest, ANameThatIsWrongNeverReachesAFunction) {
    EXPECT_NE(refusal_of("u?x-amz-customauthorizer-name=Dor").find("CUSTOM_AUTHORIZER_NOT_FOUND"),
              std::string::npos);
    EXPECT_NE(refusal_of("u?x-amz-customauthorizer-name=Closed").find("INACTIVE"),
              std::string::npos);
    EXPECT_NE(refusal_of("u").find("no default"), std::string::npos);
    EXPECT_TRUE(functions_.events.empty());
}

TEST_F(CustomAuthorizerTest, FailuresOfTheFunctionAreTold) {
    functions_.raises = true;
    functions_.answer = R"({"errorMessage":"boom","errorType":"ValueError"})";
    EXPECT_NE(refusal_of("u?x-amz-customauthorizer-name=Door").find("boom"), std::string::npos);
    functions_.raises = false;
    functions_.answer = "not json";
    EXPECT_NE(refusal_of("u?x-amz-customauthorizer-name=Door").find("cannot be used"),
              std::string::npos);
    functions_.answer = R"({"isAuthenticated":false})";
    EXPECT_NE(refusal_of("u?x-amz-customauthorizer-name=Door").find("NOT_AUTHENTICATED"),
              std::string::npos);
    functions_.error = Error{ErrorKind::Timeout, "late", {}};
    EXPECT_NE(refusal_of("v?x-amz-customauthorizer-name=Door").find("did not answer within"),
              std::string::npos);
}

TEST_F(CustomAuthorizerTest, WhatTheHandlerSaysOfASecretIsTakenOutOfRefusalsAndTraces) {
    int users = 0;  // that nobody is slowed
    const auto told = [&](std::string answer, bool raises) {
        functions_.answer = std::move(answer);
        functions_.raises = raises;
        auto client = credentials(fmt::format("{}?x-amz-customauthorizer-name=Door", ++users));
        client->mqtt->password = Bytes{'h', 'u', 'n', 't', 'e', 'r', '2'};
        const auto result = ask(client);
        return (result ? std::string() : result.error().sentence) + trace_text();
    };
    const std::string granting =
        R"("isAuthenticated":true,"disconnectAfterInSeconds":300,"refreshAfterInSeconds":300,)";
    for (const std::string& text :
         {told(R"({"errorMessage":"bad password hunter2"})", true),
          told(R"({"errorMessage":")" + std::string(8100, 'x') + R"(hunter2"})", true),
          told("junk hunter2", false),
          told("{" + granting + R"("principalId":"not ok hunter2","policyDocuments":[]})", false),
          told("{" + granting + R"("principalId":"a","policyDocuments":["{\"hunter2\":1}"]})",
               false)}) {
        EXPECT_EQ(text.find("hunte"), std::string::npos) << text;
        EXPECT_NE(text.find("****"), std::string::npos) << text;
    }
}

TEST_F(CustomAuthorizerTest, APolicyThatIsNotValidIsRefusedWithItsPlace) {
    functions_.answer =
        R"({"isAuthenticated":true,"principalId":"a","policyDocuments":["{\"Statement\":{"],)"
        R"("disconnectAfterInSeconds":300,"refreshAfterInSeconds":300})";
    EXPECT_NE(refusal_of("u?x-amz-customauthorizer-name=Door").find("policy that is not valid"),
              std::string::npos);
}

TEST_F(CustomAuthorizerTest, ATestRefusesPoliciesThatAConnectionWouldBeRefusedFor) {
    using Problem = CustomAuthorizer::TestResult::Problem;
    EXPECT_EQ(test("Door").problem, Problem::None);
    const std::string long_topic(2049, 't');
    for (const std::string& document :
         {std::string("\"{\""), std::string("\"\""), std::string(R"({"Version":"2020-01-01"})"),
          std::string(R"({"Version":"2012-10-17"})"),
          R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iot:Connect",)"
          R"("Resource":")" +
              long_topic + "\"}}"}) {
        functions_.answer = R"({"isAuthenticated":true,"principalId":"a","policyDocuments":[)" +
                            document +
                            R"(],"disconnectAfterInSeconds":300,"refreshAfterInSeconds":300})";
        const auto result = test("Door");
        EXPECT_EQ(result.problem, Problem::BadAnswer) << document.substr(0, 200);
        EXPECT_NE(result.sentence.find("policy that is not valid"), std::string::npos)
            << result.sentence;
    }
}

TEST_F(CustomAuthorizerTest, ATestAsksNoInactiveAuthorizer) {
    const auto result = test("Closed");
    EXPECT_EQ(result.problem, CustomAuthorizer::TestResult::Problem::Inactive);
    EXPECT_EQ(result.sentence, "authorizer 'Closed' is INACTIVE: update it to ACTIVE");
    EXPECT_TRUE(functions_.events.empty());
}

TEST_F(CustomAuthorizerTest, TheVersionInTheArnIsTheOneThatIsCalled) {
    ASSERT_TRUE(registry::AuthorizerRecords(store_, {})
                    .create({}, {.name = registry::AuthorizerName("Version"),
                                 .function_arn = registry::FunctionArn(
                                     "arn:aws:lambda:us-east-1:000000000000:function:auth:17"),
                                 .signing_disabled = true}));
    directory_.replace(*registry::AuthorizerDirectory::read(store_));
    EXPECT_EQ(refusal_of("u?x-amz-customauthorizer-name=Version"), "let in");
    EXPECT_EQ(functions_.asked, "auth");
    EXPECT_EQ(functions_.asked_version, "17");
    EXPECT_EQ(refusal_of("u?x-amz-customauthorizer-name=Door"), "let in");
    EXPECT_EQ(functions_.asked_version, "");
}

TEST_F(CustomAuthorizerTest, AMissingPermissionIsExplainedOrRefused) {
    permissions_.missing = "function 'auth' does not permit iot.amazonaws.com to invoke it";
    EXPECT_EQ(refusal_of("u?x-amz-customauthorizer-name=Door"), "let in");
    EXPECT_NE(trace_text().find("AWS would refuse"), std::string::npos);
    functions_.answer = R"({"isAuthenticated":false})";
    EXPECT_NE(refusal_of("u?x-amz-customauthorizer-name=Door").find("Besides, AWS would refuse"),
              std::string::npos);
    start(ProfileName::AwsStrict);
    EXPECT_NE(refusal_of("u?x-amz-customauthorizer-name=Door").find("does not permit"),
              std::string::npos);
}

TEST_F(CustomAuthorizerTest, AFunctionOfAnotherAccountHasToPermitIt) {
    ASSERT_TRUE(registry::AuthorizerRecords(store_, {})
                    .create({}, {.name = registry::AuthorizerName("Foreign"),
                                 .function_arn = registry::FunctionArn(
                                     "arn:aws:lambda:us-east-1:222222222222:function:auth"),
                                 .signing_disabled = true}));
    directory_.replace(*registry::AuthorizerDirectory::read(store_));
    for (const ProfileName profile : {ProfileName::Aws, ProfileName::Open}) {
        start(profile);
        permissions_.missing = "function 'auth' does not permit iot.amazonaws.com to invoke it";
        EXPECT_NE(refusal_of("u?x-amz-customauthorizer-name=Foreign").find("does not permit"),
                  std::string::npos);
        EXPECT_TRUE(functions_.events.empty());
        permissions_.missing = {};
        EXPECT_EQ(refusal_of("u?x-amz-customauthorizer-name=Foreign"), "let in");
        functions_.events.clear();
    }
}

TEST_F(CustomAuthorizerTest, SecretsOfHttpAreTold) {
    auto client = credentials("u?x-amz-customauthorizer-name=Door");
    client->http = std::make_unique<HttpCredentials>();
    for (const char* shown : {"Basic dTpodW50ZXIy", "Basic  dTpo.dW50ZXIy", "Basik dTpodW50ZXIy",
                              "Basic dTpodW50ZXIy=AAAA"}) {
        client->http->headers.set("Authorization", shown);
        ask(client);
        for (const char* secret : {shown, "hunter2"}) {
            EXPECT_NE(std::ranges::find(functions_.secrets, secret), functions_.secrets.end())
                << secret << " of " << shown;
        }
    }
}

struct NobodyListens final : RegistrationListener {
    void certificate_waits(const registry::RegisteredCertificate&, WaitsFor) override {}
};

struct NoKeys final : signature::KeyLookup {
    std::optional<signature::AccessKey> find(const signature::AccessKeyId&) const override {
        return std::nullopt;
    }
};

TEST_F(CustomAuthorizerTest, AnonymousClientsComeInOnlyWhereAllowed) {
    auto nobody = std::make_shared<Credentials>();
    nobody->mqtt = MqttCredentials{.client_id = "c", .user_name = {}, .password = {}};
    const auto ask_as = [&](const AnonymousSettings& anonymous) {
        async::WorkerPool workers({.name = "auth-test", .threads = 1});
        storage::AsyncResourceStore store(store_, workers);
        NobodyListens listener;
        CertificateAuthenticator certificates({.store = store,
                                               .clock = clock_,
                                               .random = random_,
                                               .listener = listener,
                                               .limits = {}});
        const NoKeys none;
        SignatureAuthenticator signatures(
            {.store = store, .keys = none, .clock = clock_, .signing_clock = clock_});
        ClientCertificateCallback callback({.profile = {}, .admission = {}},
                                           {.home = loop_,
                                            .clock = clock_,
                                            .functions = functions_,
                                            .permissions = permissions_,
                                            .events = sink_,
                                            .levels = levels_,
                                            .metrics = metrics_});
        DeviceAuthenticator authenticator(certificates, callback, signatures, *authorizer_, nullptr,
                                          directory_, anonymous, clock_);
        AuthenticationResult result = std::unexpected(Refusal());
        const auto question = [&]() -> async::Task<void> {
            result = co_await authenticator.authenticate(nobody, {}, {},
                                                         Deadline::after(clock_, seconds(5)));
        };
        tasks_.start(question());
        for (int i = 0; i < 5; ++i) loop_.run_once(std::chrono::milliseconds(0));
        return result;
    };
    EXPECT_FALSE(ask_as({}));
    const auto identity = ask_as({.allowed = true});
    ASSERT_TRUE(identity);
    EXPECT_EQ((*identity)->type, AuthenticationType::Anonymous);
    EXPECT_FALSE((*identity)->policies->decide(policy::Action::Connect, "c").allowed());
}

TEST_F(CustomAuthorizerTest, BesideACertificateBothSaysWhatIsAllowed) {
    const auto statement = [](const char* effect, const char* topic) {
        return fmt::format(R"({{"Version":"2012-10-17","Statement":{{"Effect":"{}",)"
                           R"("Action":"iot:Publish","Resource":"arn:aws:iot:*:*:topic/{}"}}}})",
                           effect, topic);
    };
    const auto document = [&](const char* effect, const char* topic) {
        return std::make_shared<const policy::Document>(
            policy::parse_document(statement(effect, topic), policy::Dialect::IotPolicy).value());
    };
    certificate_ = std::make_shared<const CertificateProof>(
        CertificateProof{.id = certificates::CertificateId("abc1"),
                         .registry_epoch = 7,
                         .policies = {{"policy 'a'", document("Allow", "cert")},
                                      {"policy 'b'", document("Deny", "never")}},
                         .variables = {}});
    auto both = credentials("alice?x-amz-customauthorizer-name=Door");
    both->domain =
        std::make_shared<const registry::DomainConfiguration>(registry::DomainConfiguration{
            .authentication = registry::DomainAuthentication::CustomAuthX509});
    functions_.answer =
        fmt::format(R"({{"isAuthenticated":true,"principalId":"abc1","policyDocuments":[{},{}],)"
                    R"("disconnectAfterInSeconds":1800,"refreshAfterInSeconds":300}})",
                    statement("Allow", "answer"), statement("Allow", "never"));
    const auto identity = ask(both);
    ASSERT_TRUE(identity) << identity.error().sentence;
    EXPECT_EQ((*identity)->type, AuthenticationType::CustomAuthX509);
    EXPECT_EQ((*identity)->principal_id, "abc1");
    EXPECT_EQ((*identity)->registry_epoch, 7u);
    const auto may = [&](const char* topic) {
        return (*identity)->policies->decide(policy::Action::Publish, topic).allowed();
    };
    EXPECT_TRUE(may("cert"));
    EXPECT_TRUE(may("answer"));
    EXPECT_FALSE(may("never")) << "what is denied by one stays so";
    functions_.answer = allowing_answer;
    const auto refused = ask(both);
    ASSERT_FALSE(refused) << "the principal is another";
    EXPECT_EQ(refused.error().type, AuthenticationType::CustomAuthX509);
}

}  // namespace
}  // namespace gatehouse::authentication
