// Whom the custom authorizer holds back, who waits, and when a function is asked no more.
#include <gtest/gtest.h>

#include "authentication/custom_authorizer_fixture.h"

namespace gatehouse::authentication {
namespace {

using std::chrono::seconds;

using CustomAuthorizerLimitsTest = CustomAuthorizerTest;

TEST_F(CustomAuthorizerLimitsTest, WhoHammersIsHeldBackWhateverStandsInTheQuery) {
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
TEST_F(CustomAuthorizerLimitsTest, AUserInCommonHoldsNobodyBackWhoGotIn) {
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

// Who owns accounts may not guess at another's beside them.
TEST_F(CustomAuthorizerLimitsTest, APairThatGotInCountsItsRefusalsAtBoth) {
    const auto with_alice = [&](const std::string& user) {
        auto client = credentials(user + "?x-amz-customauthorizer-name=Door");
        client->http = std::make_unique<HttpCredentials>();
        client->http->headers.add("Authorization", "Basic YWxpY2U6cHc=");
        return client;
    };
    const std::vector<std::string> own = {"1", "2", "3", "4"};
    for (const std::string& user : own) EXPECT_TRUE(ask(with_alice(user)));
    functions_.answer = R"({"isAuthenticated": false})";
    for (const std::string& user : own) EXPECT_FALSE(ask(with_alice(user)));
    EXPECT_EQ(functions_.events.size(), 8u) << "who got in does not wait for others";
    ask_later(credentials("alice?x-amz-customauthorizer-name=Door"));
    EXPECT_EQ(functions_.events.size(), 8u) << "alice was refused four times";
    ask_later(with_alice("1"));
    EXPECT_EQ(functions_.events.size(), 8u) << "who was refused is as good as new";
    for (int i = 0; i < 2; ++i) {
        clock_.advance(seconds(1));
        turn();
    }
    EXPECT_EQ(functions_.events.size(), 10u);
}

TEST_F(CustomAuthorizerLimitsTest, APolicyThatDoesNotLetConnectCountsAsARefusal) {
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

TEST_F(CustomAuthorizerLimitsTest, OfHammeringAtOnceAFewWaitAndTheRestAreBusy) {
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

TEST_F(CustomAuthorizerLimitsTest, AFunctionThatHangsIsEndedWithTheWait) {
    ask(credentials("u?x-amz-customauthorizer-name=Door"));
    EXPECT_EQ(functions_.run_max, seconds(5));
}

// Many a handler raises where it should answer no.
TEST_F(CustomAuthorizerLimitsTest, WhoMakesTheFunctionFailIsHeldBackAndNobodyElse) {
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

TEST_F(CustomAuthorizerLimitsTest, AnswersThatCannotBeUsedHoldBackWhoGotThem) {
    functions_.answer = "null";
    for (int i = 0; i < 4; ++i) refusal_of("u?x-amz-customauthorizer-name=Door");
    ask_later("u?x-amz-customauthorizer-name=Door");
    EXPECT_EQ(functions_.events.size(), 4u);
    clock_.advance(std::chrono::milliseconds(200));
    turn();
}

TEST_F(CustomAuthorizerLimitsTest, ACircuitKeepsOutThoseWhoFailButNotWhoGotIn) {
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

TEST_F(CustomAuthorizerLimitsTest, ACallThatHadLittleTimeIsNoFailure) {
    functions_.error = Error{ErrorKind::Timeout, "too late", {}};
    const auto ask_with = [&](std::string user, std::chrono::milliseconds left) {
        AuthenticationResult result = std::unexpected(Refusal());
        tasks_.start([](auto& self, auto client, auto left, auto& result) -> async::Task<void> {
            result = co_await self.authorizer_->ask(client, nullptr, {}, {},
                                                    Deadline::after(self.clock_, left));
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
TEST_F(CustomAuthorizerLimitsTest, WhatBecomesOfACallThatHadLittleTimeCounts) {
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
TEST_F(CustomAuthorizerLimitsTest, ACallKeepsItsPlaceUntilItsEventHasEnded) {
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

TEST_F(CustomAuthorizerLimitsTest, WhoWaitedWhileTheCircuitOpenedIsNotAskedAbout) {
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

TEST_F(CustomAuthorizerLimitsTest, AFailureIsToldOnce) {
    functions_.error = Error{ErrorKind::Timeout, "too late", {}};
    for (int i = 0; i < 19; ++i) {
        refusal_of(fmt::format("u{}?x-amz-customauthorizer-name=Door", i));
        functions_.on_late_failure();
    }
    refusal_of("u19?x-amz-customauthorizer-name=Door");
    EXPECT_EQ(functions_.events.size(), 20u) << "the circuit was closed until now";
}

TEST_F(CustomAuthorizerLimitsTest, ARefreshIsMadeWhileStrangersFail) {
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

TEST_F(CustomAuthorizerLimitsTest, ACallThatHadAllItsTimeIsAFailure) {
    TickingClock ticking(clock_);
    authorizers_clock_ = &ticking;
    start(ProfileName::Aws);
    functions_.error = Error{ErrorKind::Timeout, "too late", {}};
    const std::string refusal = refusal_of("u?x-amz-customauthorizer-name=Door");
    EXPECT_NE(refusal.find("did not answer within 5000 ms"), std::string::npos) << refusal;
    authorizer_.reset();
}

}  // namespace
}  // namespace gatehouse::authentication
