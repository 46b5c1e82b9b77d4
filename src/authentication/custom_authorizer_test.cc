#include "authentication/custom_authorizer.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "async/task_group.h"
#include "authentication/device_authenticator.h"
#include "registry/authorizers.h"
#include "storage/memory_resource_store.h"

namespace gatehouse::authentication {
namespace {

using std::chrono::seconds;

constexpr const char* allowing_answer =
    R"({"isAuthenticated":true,"principalId":"alice","policyDocuments":[{"Version":"2012-10-17",)"
    R"("Statement":{"Effect":"Allow","Action":"iot:*","Resource":"*"}}],)"
    R"("disconnectAfterInSeconds":1800,"refreshAfterInSeconds":300})";

// Answers what the test says, and remembers what it was asked.
class FakeFunctions final : public functions::FunctionInvoker {
public:
    async::Task<Result<functions::InvocationResult>> invoke(
        functions::FunctionRef function, functions::Payload event,
        functions::InvokeOptions options) override {
        events.push_back(event);
        secrets = options.secrets;
        run_max = options.run_max;
        on_late_failure = std::move(options.on_late_failure);
        if (keeps) held.push_back(options.held);
        asked = function.name.value();
        if (error) co_return fail(*error);
        functions::InvocationResult result;
        result.payload = answer;
        if (raises) result.function_error = functions::FunctionErrorKind::Raised;
        co_return result;
    }

    std::string answer = allowing_answer;
    bool raises = false;
    std::optional<Error> error;
    std::vector<std::string> events;
    std::vector<std::string> secrets;
    std::optional<std::chrono::milliseconds> run_max;
    std::function<void()> on_late_failure;
    bool keeps = false;  // events do not end
    std::vector<std::shared_ptr<const void>> held;
    std::string asked;
};

class FakePermissions final : public InvokePermissions {
public:
    std::optional<std::string> problem(const functions::FunctionRef&,
                                       const registry::Authorizer&) const override {
        return missing;
    }
    std::optional<std::string> missing;
};

// On which time passes while it is looked at.
class TickingClock final : public Clock {
public:
    explicit TickingClock(ManualClock& clock) : clock_(clock) {}
    SteadyTime steady_now() const override {
        clock_.advance(std::chrono::milliseconds(1));
        return clock_.steady_now();
    }
    WallTime wall_now() const override { return clock_.wall_now(); }

private:
    ManualClock& clock_;
};

class CustomAuthorizerTest : public ::testing::Test {
protected:
    enum class Purpose : std::uint8_t { Connect, Refresh };

    void SetUp() override {
        registry::AuthorizerRecords records(store_, {});
        ASSERT_TRUE(records.create({}, {.name = registry::AuthorizerName("Door"),
                                        .function_arn = registry::FunctionArn(
                                            "arn:aws:lambda:us-east-1:000000000000:function:auth"),
                                        .signing_disabled = true}));
        ASSERT_TRUE(records.create({}, {.name = registry::AuthorizerName("Closed"),
                                        .function_arn = registry::FunctionArn(
                                            "arn:aws:lambda:us-east-1:000000000000:function:auth"),
                                        .status = registry::AuthorizerStatus::Inactive,
                                        .signing_disabled = true}));
        directory_.replace(*registry::AuthorizerDirectory::read(store_));
        start(ProfileName::Aws);
    }

    void start(ProfileName profile) {
        authorizer_ = std::make_unique<CustomAuthorizer>(
            CustomAuthorizerSettings{
                .profile = profile_named(profile), .admission = {}, .brake = {}},
            CustomAuthorizerParts{.home = loop_,
                                  .clock = *authorizers_clock_,
                                  .random = random_,
                                  .directory = directory_,
                                  .functions = functions_,
                                  .permissions = permissions_,
                                  .events = sink_,
                                  .levels = levels_,
                                  .metrics = metrics_});
    }

    std::shared_ptr<Credentials> credentials(std::string user_name) {
        auto made = std::make_shared<Credentials>();
        made->trace_id = TraceId("trace");
        made->peer.remote = *net::Address::parse("127.0.0.1", 1234);
        made->mqtt = MqttCredentials{"basicPubSub", std::move(user_name), Bytes{'p', 'w'}};
        return made;
    }

    AuthenticationResult ask(std::shared_ptr<const Credentials> credentials,
                             Purpose purpose = Purpose::Connect) {
        AuthenticationResult result = std::unexpected(Refusal());
        const auto question = [&]() -> async::Task<void> {
            auto trace = traces_.begin({}, "trace", "127.0.0.1:1234");
            const auto deadline = Deadline::after(clock_, seconds(6));
            if (purpose == Purpose::Refresh) {
                result = co_await authorizer_->refresh(credentials, trace, deadline);
            } else {
                result = co_await authorizer_->ask(credentials, may_connect, trace, deadline);
            }
        };
        tasks_.start(question());
        for (int i = 0; i < 20 && tasks_.running() > 0; ++i) {
            loop_.run_once(std::chrono::milliseconds(0));
        }
        return result;
    }
    static bool may_connect(const Identity& identity) {
        return identity.policies->decide(policy::Action::Connect, "basicPubSub").allowed();
    }
    // A question that may have to wait.
    void ask_later(std::string user_name, AuthenticationResult* answer = nullptr) {
        ask_later(credentials(std::move(user_name)), answer);
    }
    void ask_later(std::shared_ptr<Credentials> client, AuthenticationResult* answer = nullptr) {
        tasks_.start([](auto& self, auto client, auto* answer) -> async::Task<void> {
            auto result = co_await self.authorizer_->ask(client, may_connect, {},
                                                         Deadline::after(self.clock_, seconds(6)));
            if (answer != nullptr) *answer = std::move(result);
        }(*this, std::move(client), answer));
        turn();
    }
    void turn() {
        for (int i = 0; i < 20; ++i) loop_.run_once(std::chrono::milliseconds(0));
    }
    std::string refusal_of(std::string user_name) {
        const auto result = ask(credentials(std::move(user_name)));
        return result ? "let in" : result.error().reason + ": " + result.error().sentence;
    }
    std::string trace_text() {
        std::string text;
        for (const logs::ConnectionTrace& trace : traces_.find({.trace_id = "trace"})) {
            for (const logs::TraceStep& step : trace.steps) {
                text += fmt::format("{} {} {}\n", logs::name_of(step.status),
                                    logs::name_of(step.kind), step.detail);
            }
        }
        return text;
    }

    ManualClock clock_;
    Clock* authorizers_clock_ = &clock_;
    SystemRandom random_;
    async::EventLoop loop_{clock_, {}};
    async::TaskGroup tasks_{loop_, "test"};
    storage::MemoryResourceStore store_{clock_};
    async::Snapshot<registry::AuthorizerDirectory> directory_{
        std::make_shared<const registry::AuthorizerDirectory>()};
    FakeFunctions functions_;
    std::vector<std::function<void()>> late_failures_;
    FakePermissions permissions_;
    logs::NullSink sink_;
    logs::FixedLevel levels_{logs::Level::Debug};
    logs::Metrics metrics_;
    logs::TraceStore traces_{clock_};
    std::unique_ptr<CustomAuthorizer> authorizer_;
};

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

TEST_F(CustomAuthorizerTest, AMissingPermissionIsExplainedOrRefused) {
    permissions_.missing = "function 'auth' does not permit iot.amazonaws.com to invoke it";
    EXPECT_EQ(refusal_of("u?x-amz-customauthorizer-name=Door"), "let in");
    EXPECT_NE(trace_text().find("AWS would refuse"), std::string::npos);
    start(ProfileName::AwsStrict);
    EXPECT_NE(refusal_of("u?x-amz-customauthorizer-name=Door").find("does not permit"),
              std::string::npos);
}

TEST_F(CustomAuthorizerTest, WhoHammersIsHeldBackWhateverStandsInTheQuery) {
    functions_.answer = R"({"isAuthenticated":false})";
    for (int i = 0; i < 4; ++i)
        refusal_of(fmt::format("u?x-amz-customauthorizer-name=Door&n={}", i));
    const auto asked = functions_.events.size();
    EXPECT_EQ(asked, 4u);
    ask_later("U?x-amz-customauthorizer-name=Door&n=last");
    EXPECT_EQ(functions_.events.size(), asked);
    EXPECT_TRUE(
        ask(credentials("u?x-amz-customauthorizer-name=Door"), Purpose::Refresh).error().kind ==
        Refusal::Kind::NotAuthenticated);
    EXPECT_EQ(functions_.events.size(), asked + 1) << "the server's own question is not";
    refusal_of("neighbour?x-amz-customauthorizer-name=Door");
    EXPECT_EQ(functions_.events.size(), asked + 2) << "its neighbour is not";
    clock_.advance(std::chrono::milliseconds(200));
    turn();
    EXPECT_EQ(functions_.events.size(), asked + 3);
    EXPECT_EQ(tasks_.running(), 0u);
}

// Of many devices with an MQTT user each and one for HTTP in common.
TEST_F(CustomAuthorizerTest, AUserInCommonHoldsNobodyBackWhoGotIn) {
    const auto device = [&](const std::string& user) {
        auto client = credentials(user + "?x-amz-customauthorizer-name=Door");
        client->http = std::make_unique<HttpCredentials>();
        client->http->headers.add("Authorization", "Basic c2hhcmVkOnB3");
        return client;
    };
    EXPECT_TRUE(ask(device("good")));
    functions_.answer = R"({"isAuthenticated": false})";
    for (const char* wrong : {"1", "2", "3", "4"}) EXPECT_FALSE(ask(device(wrong)));
    functions_.answer = allowing_answer;
    EXPECT_TRUE(ask(device("good"))) << "at once";
    EXPECT_EQ(functions_.events.size(), 6u);
    ask_later(device("never-seen"));
    EXPECT_EQ(functions_.events.size(), 6u) << "it waits";
    clock_.advance(seconds(1));
    turn();
    EXPECT_EQ(functions_.events.size(), 7u);
}

TEST_F(CustomAuthorizerTest, APolicyThatDoesNotLetConnectCountsAsARefusal) {
    functions_.answer =
        R"({"isAuthenticated":true,"principalId":"a","policyDocuments":[{"Version":"2012-10-17",)"
        R"("Statement":{"Effect":"Deny","Action":"iot:Connect","Resource":"*"}}],)"
        R"("disconnectAfterInSeconds":300,"refreshAfterInSeconds":300})";
    for (int i = 0; i < 4; ++i) {
        EXPECT_TRUE(ask(credentials("u?x-amz-customauthorizer-name=Door")));
    }
    ask_later("u?x-amz-customauthorizer-name=Door");
    EXPECT_EQ(functions_.events.size(), 4u);
    clock_.advance(std::chrono::milliseconds(200));
    turn();
    EXPECT_EQ(functions_.events.size(), 5u);
}

TEST_F(CustomAuthorizerTest, OfHammeringAtOnceAFewWaitAndTheRestAreBusy) {
    functions_.answer = R"({"isAuthenticated":false})";
    std::vector<AuthenticationResult> answers(100, std::unexpected(Refusal()));
    for (auto& answer : answers) ask_later("u?x-amz-customauthorizer-name=Door", &answer);
    EXPECT_EQ(functions_.events.size(), 4u);
    EXPECT_EQ(std::ranges::count_if(answers,
                                    [](const auto& answer) {
                                        return answer.error().kind == Refusal::Kind::Unavailable;
                                    }),
              92);
    authorizer_->stop();
    turn();
    EXPECT_EQ(tasks_.running(), 0u);
}

TEST_F(CustomAuthorizerTest, AFunctionThatHangsIsEndedWithTheWait) {
    ask(credentials("u?x-amz-customauthorizer-name=Door"));
    EXPECT_EQ(functions_.run_max, seconds(5));
}

// Many a handler raises where it should answer no.
TEST_F(CustomAuthorizerTest, WhoMakesTheFunctionFailIsHeldBackAndNobodyElse) {
    functions_.raises = true;
    for (int i = 0; i < 4; ++i) refusal_of("u?x-amz-customauthorizer-name=Door");
    functions_.raises = false;
    ask_later("u?x-amz-customauthorizer-name=Door");
    EXPECT_EQ(functions_.events.size(), 4u);
    EXPECT_EQ(refusal_of("neighbour?x-amz-customauthorizer-name=Door"), "let in") << "at once";
    clock_.advance(std::chrono::milliseconds(200));
    turn();
    EXPECT_EQ(functions_.events.size(), 6u);
}

TEST_F(CustomAuthorizerTest, AnswersThatCannotBeUsedHoldBackWhoGotThem) {
    functions_.answer = "null";
    for (int i = 0; i < 4; ++i) refusal_of("u?x-amz-customauthorizer-name=Door");
    ask_later("u?x-amz-customauthorizer-name=Door");
    EXPECT_EQ(functions_.events.size(), 4u);
    clock_.advance(std::chrono::milliseconds(200));
    turn();
}

TEST_F(CustomAuthorizerTest, ACircuitKeepsOutThoseWhoFailButNotWhoGotIn) {
    EXPECT_EQ(refusal_of("known?x-amz-customauthorizer-name=Door"), "let in");
    functions_.raises = true;
    for (int i = 0; i < 20; ++i) {
        refusal_of(fmt::format("user-{}?x-amz-customauthorizer-name=Door", i));
    }
    functions_.raises = false;
    EXPECT_NE(refusal_of("user-0?x-amz-customauthorizer-name=Door").find("20 times in a row"),
              std::string::npos);
    EXPECT_NE(refusal_of("other?x-amz-customauthorizer-name=Door").find("20 times in a row"),
              std::string::npos);
    EXPECT_EQ(functions_.events.size(), 21u);
    EXPECT_EQ(refusal_of("known?x-amz-customauthorizer-name=Door"), "let in");
    EXPECT_EQ(refusal_of("other?x-amz-customauthorizer-name=Door"), "let in") << "it is closed";
}

TEST_F(CustomAuthorizerTest, ACallThatHadLittleTimeIsNoFailure) {
    functions_.error = Error{ErrorKind::Timeout, "too late", {}};
    const auto ask_with = [&](std::string user, std::chrono::milliseconds left) {
        AuthenticationResult result = std::unexpected(Refusal());
        tasks_.start([](auto& self, auto client, auto left, auto& result) -> async::Task<void> {
            result =
                co_await self.authorizer_->ask(client, {}, {}, Deadline::after(self.clock_, left));
        }(*this, credentials(user + "?x-amz-customauthorizer-name=Door"), left, result));
        turn();
        return result.error();
    };
    EXPECT_EQ(ask_with("a", seconds(6)).kind, Refusal::Kind::NotAuthenticated);
    const Refusal cut_short = ask_with("b", std::chrono::milliseconds(1000));
    EXPECT_EQ(cut_short.kind, Refusal::Kind::Unavailable);
    EXPECT_NE(cut_short.sentence.find("waited for its turn before"), std::string::npos);
    EXPECT_EQ(functions_.events.size(), 2u);
    EXPECT_EQ(ask_with("c", std::chrono::milliseconds(99)).kind, Refusal::Kind::Unavailable);
    EXPECT_EQ(functions_.events.size(), 2u) << "not asked";
    for (int i = 0; i < 30; ++i) ask_with("d", std::chrono::milliseconds(1000));
    EXPECT_EQ(functions_.events.size(), 32u) << "no circuit, no brake";
}

// Where everybody waits long for a function that hangs, nobody's own call tells.
TEST_F(CustomAuthorizerTest, WhatBecomesOfACallThatHadLittleTimeCounts) {
    functions_.error = Error{ErrorKind::Throttled, "no instance was free in time", {}};
    for (int i = 0; i < 20; ++i) {
        refusal_of("u?x-amz-customauthorizer-name=Door");
        functions_.on_late_failure();
    }
    EXPECT_NE(refusal_of("u?x-amz-customauthorizer-name=Door").find("20 times in a row"),
              std::string::npos);
    EXPECT_EQ(functions_.events.size(), 20u);
}

// As long as it takes an instance, whether its client waits or not.
TEST_F(CustomAuthorizerTest, ACallKeepsItsPlaceUntilItsEventHasEnded) {
    functions_.keeps = true;
    functions_.error = Error{ErrorKind::Timeout, "too late", {}};
    constexpr std::size_t for_new_of_one_address = 48;
    for (std::size_t i = 0; i < for_new_of_one_address; ++i) {
        refusal_of(fmt::format("u{}?x-amz-customauthorizer-name=Door", i % 2));
        clock_.advance(seconds(4));
        turn();
        functions_.error = Error{ErrorKind::Throttled, "too late", {}};
    }
    ask_later("other?x-amz-customauthorizer-name=Door");
    EXPECT_EQ(functions_.events.size(), for_new_of_one_address);
    functions_.held.clear();
    turn();
    EXPECT_EQ(functions_.events.size(), for_new_of_one_address + 1);
    functions_.held.clear();
}

TEST_F(CustomAuthorizerTest, WhoWaitedWhileTheCircuitOpenedIsNotAskedAbout) {
    functions_.keeps = true;
    functions_.error = Error{ErrorKind::Throttled, "too late", {}};
    for (int i = 0; i < 48; ++i) {
        refusal_of(fmt::format("u{}?x-amz-customauthorizer-name=Door", i));
        if (i < 20) late_failures_.push_back(functions_.on_late_failure);
    }
    AuthenticationResult answer;
    ask_later("waits?x-amz-customauthorizer-name=Door", &answer);
    for (const auto& tell : late_failures_) tell();
    functions_.held.clear();
    turn();
    ASSERT_FALSE(answer);
    EXPECT_NE(answer.error().sentence.find("20 times in a row"), std::string::npos)
        << answer.error().sentence;
    EXPECT_EQ(functions_.events.size(), 48u);
}

TEST_F(CustomAuthorizerTest, AFailureIsToldOnce) {
    functions_.error = Error{ErrorKind::Timeout, "too late", {}};
    for (int i = 0; i < 19; ++i) {
        refusal_of(fmt::format("u{}?x-amz-customauthorizer-name=Door", i));
        functions_.on_late_failure();
    }
    refusal_of("u19?x-amz-customauthorizer-name=Door");
    EXPECT_EQ(functions_.events.size(), 20u) << "the circuit was closed until now";
}

TEST_F(CustomAuthorizerTest, ARefreshIsMadeWhileStrangersFail) {
    const auto device = credentials("known?x-amz-customauthorizer-name=Door");
    EXPECT_TRUE(ask(device));
    functions_.raises = true;
    for (int i = 0; i < 20; ++i) {
        refusal_of(fmt::format("user-{}?x-amz-customauthorizer-name=Door", i));
    }
    functions_.raises = false;
    functions_.answer = R"({"isAuthenticated": false})";
    const auto refreshed = ask(device, Purpose::Refresh);
    ASSERT_FALSE(refreshed);
    EXPECT_EQ(refreshed.error().reason, "NOT_AUTHENTICATED");
}

TEST_F(CustomAuthorizerTest, ACallThatHadAllItsTimeIsAFailure) {
    TickingClock ticking(clock_);
    authorizers_clock_ = &ticking;
    start(ProfileName::Aws);
    functions_.error = Error{ErrorKind::Timeout, "too late", {}};
    const std::string refusal = refusal_of("u?x-amz-customauthorizer-name=Door");
    EXPECT_NE(refusal.find("did not answer within 5000 ms"), std::string::npos) << refusal;
    authorizer_.reset();
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

TEST_F(CustomAuthorizerTest, AnonymousClientsComeInOnlyWhereAllowed) {
    auto nobody = std::make_shared<Credentials>();
    nobody->mqtt = MqttCredentials{.client_id = "c", .user_name = {}, .password = {}};
    const auto ask_as = [&](AnonymousSettings anonymous) {
        DeviceAuthenticator authenticator(*authorizer_, nullptr, directory_, std::move(anonymous));
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

}  // namespace
}  // namespace gatehouse::authentication
