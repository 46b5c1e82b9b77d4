#include "rules/rule_engine.h"

#include "base/encoding.h"
#include "rules/engine_fixture.h"

namespace gatehouse::rules {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class RuleEngineTest : public EngineFixture {};

TEST_F(RuleEngineTest, WhatARuleWantsGoesToItsFunction) {
    make("hot", "SELECT t, topic() AS at FROM 'room/+' WHERE t > 50", {lambda()});
    client.publish("room/1", R"({"t": 20})");
    client.publish("room/2", R"({"t": 60})");
    client.publish("hall/2", R"({"t": 60})");
    until([&] { return !functions.calls.empty(); });
    settle();
    ASSERT_THAT(functions.calls, SizeIs(1));
    const FunctionCall& call = functions.calls.front();
    EXPECT_EQ(call.payload, R"({"t":60,"at":"room/2"})");
    EXPECT_EQ(call.function_arn, test_function);
    EXPECT_EQ(call.rule_arn, "arn:aws:iot:us-east-1:000000000000:rule/hot");
    EXPECT_THAT(call.trace_id, SizeIs(36));
    EXPECT_EQ(rule("hot").counts->topic_match.value(), 2u);
    EXPECT_EQ(rule("hot").counts->executed.value(), 1u);
    EXPECT_EQ(counts("hot", "LambdaAction").success.value(), 1u);
}

TEST_F(RuleEngineTest, ChangesHoldForTheNextMessage) {
    client.publish("a", "{}");
    make("r", "SELECT 1 AS n FROM 'a'", {lambda()});
    client.publish("a", "{}");
    make("r", "SELECT 2 AS n FROM 'a'", {lambda()});
    client.publish("a", "{}");
    RulePayload off = rule("r").payload;
    off.is_disabled = true;
    make("r", off);
    client.publish("a", "{}");
    off.is_disabled = false;
    make("r", off);
    client.publish("a", "{}");
    remove("r");
    client.publish("a", "{}");
    settle();
    std::vector<std::string> payloads;
    for (const FunctionCall& call : functions.calls) payloads.push_back(call.payload);
    EXPECT_THAT(payloads,
                ::testing::UnorderedElementsAre(R"({"n":1})", R"({"n":2})", R"({"n":2})"));
    EXPECT_THAT(problems, IsEmpty());
}

TEST_F(RuleEngineTest, ManyRulesOfATopicParseThePayloadOnce) {
    for (int i = 0; i < 100; ++i) {
        make("r" + std::to_string(i), "SELECT t FROM 'a' WHERE t > 5", {lambda()});
    }
    client.publish("a", R"({"t": 1})");
    settle();
    EXPECT_EQ(engine.payloads_read(), 1u);
    EXPECT_EQ(rule("r99").counts->topic_match.value(), 1u);
    client.publish("b", R"({"t": 1})");
    settle();
    EXPECT_EQ(engine.payloads_read(), 1u) << "nobody wants it";
}

TEST_F(RuleEngineTest, BasicIngestIsForItsRuleAlone) {
    make("in", "SELECT *, topic() AS topic", {republish("out")});
    client.subscribe("out");
    client.subscribe("$aws/#");
    client.subscribe("a/#");
    client.publish("$aws/rules/in/a/b", R"({"x":1})");
    until([&] { return counts("in", "RepublishAction").success.value() == 1; });
    client.publish("$aws/rules/nobody/a/b", R"({"x":1})");
    settle();
    EXPECT_THAT(client.payloads(), ElementsAre(R"({"x":1,"topic":"a/b"})"));
    EXPECT_EQ(engine.ingest_not_found(), 1u);
}

TEST_F(RuleEngineTest, LoopsOfRulesAreCut) {
    make("ping", "SELECT * FROM 'ping'", {republish("pong")});
    make("pong", "SELECT * FROM 'pong'", {republish("ping")});
    client.publish("ping", "{}");
    until([&] { return counts("ping", "RepublishAction").failure.value() > 0; });
    settle();
    EXPECT_EQ(counts("ping", "RepublishAction").success.value() +
                  counts("pong", "RepublishAction").success.value(),
              10u);
}

TEST_F(RuleEngineTest, TheErrorActionIsToldOfAllFailuresOnce) {
    roles.denied = "forbidden";
    make("r", "SELECT * FROM 'in/#'",
         {republish("forbidden"), republish("${nothing}"), republish("fine")},
         republish("errors/${topic(2)}"));
    client.subscribe("errors/#");
    client.publish("in/7", R"({"x": 1})");
    until([&] { return counts("r", "RepublishAction").error_action_success.value() == 1; });
    settle();
    const auto told = client.take();
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_EQ(told[0].topic, "errors/7");
    const auto body = parse_json(told[0].payload, "the error").value();
    EXPECT_EQ(body.at("ruleName").as_string(), "r");
    EXPECT_EQ(body.at("topic").as_string(), "in/7");
    EXPECT_EQ(body.at("clientId").as_string(), "device");
    EXPECT_EQ(body.at("base64OriginalPayload").as_string(), to_base64(bytes_of(R"({"x": 1})")));
    ASSERT_THAT(body.at("failures").as_array(), SizeIs(2));
    EXPECT_EQ(counts("r", "RepublishAction").success.value(), 1u);
    EXPECT_EQ(counts("r", "RepublishAction").failure.value(), 2u);
}

TEST_F(RuleEngineTest, WhatMayPassIsTriedAgain) {
    make("r", "SELECT * FROM 'a'", {lambda()});
    functions.answers = {fail(ErrorKind::Unavailable, "away"), fail(ErrorKind::Throttled, "full"),
                         std::string()};
    client.publish("a", "{}");
    until([&] { return functions.calls.size() == 3; });
    settle();
    EXPECT_EQ(counts("r", "LambdaAction").success.value(), 1u);
    functions.answers = {fail(ErrorKind::NotFound, "no such function")};
    client.publish("a", "{}");
    until([&] { return functions.calls.size() == 4; });
    settle();
    EXPECT_EQ(functions.calls.size(), 4u) << "this does not pass";
    EXPECT_EQ(counts("r", "LambdaAction").failure.value(), 1u);
}

TEST_F(RuleEngineTest, ATargetThatIsFullIsWaitedForLongerThanOneThatIsAway) {
    make("r", "SELECT * FROM 'a'", {lambda()});
    functions.answers.assign(7, fail(ErrorKind::Throttled, "full"));
    client.publish("a", "{}");
    until([&] { return counts("r", "LambdaAction").success.value() == 1; });
    EXPECT_THAT(functions.calls, SizeIs(8));
    functions.answers.assign(7, fail(ErrorKind::Unavailable, "away"));
    client.publish("a", "{}");
    until([&] { return counts("r", "LambdaAction").failure.value() == 1; });
    EXPECT_THAT(functions.calls, SizeIs(11));
    settle();
}

TEST_F(RuleEngineTest, ATargetThatHangsHarmsItselfAlone) {
    make("stuck", "SELECT * FROM 'a'", {lambda()});
    make("fine", "SELECT * FROM 'a'", {republish("b")});
    client.subscribe("b");
    functions.is_stuck = true;
    for (std::uint64_t i = 1; i <= 40; ++i) {
        client.publish("a", "{}");
        until([&] { return counts("fine", "RepublishAction").success.value() == i; });
    }
    EXPECT_EQ(counts("stuck", "LambdaAction").success.value(), 0u);
    functions.is_stuck = false;
    settle();
    // Eight were with the function, and twenty waited.
    EXPECT_EQ(counts("stuck", "LambdaAction").success.value(), 28u);
    EXPECT_EQ(counts("stuck", "LambdaAction").failure.value(), 12u);
}

TEST_F(RuleEngineTest, AStatementMayAskAFunction) {
    const std::string call = "aws_lambda('" + std::string(test_function) + "', {'t': t})";
    make("asks", "SELECT " + call + ".n AS n FROM 'a'", {republish("b")}, republish("errors"));
    client.subscribe("b");
    client.subscribe("errors");
    functions.answers = {std::string(R"({"n": 3})"), fail(ErrorKind::Timeout, "too slow")};
    client.publish("a", R"({"t": 1})");
    until([&] { return counts("asks", "RepublishAction").success.value() == 1; });
    EXPECT_THAT(client.payloads(), ElementsAre(R"({"n":3})"));
    EXPECT_EQ(functions.calls.front().payload, R"({"t":1})");
    client.publish("a", R"({"t": 1})");
    until([&] { return counts("asks", "RepublishAction").error_action_success.value() == 1; });
    settle();
    EXPECT_THAT(client.payloads(), ElementsAre(HasSubstr("too slow")));
}

TEST_F(RuleEngineTest, WhatAFunctionAnswersHasToBeJsonAndNotTooLarge) {
    const std::string call = "aws_lambda('" + std::string(test_function) + "', 1)";
    make("asks", "SELECT " + call + " AS n FROM 'a'", {republish("b")}, republish("errors"));
    client.subscribe("b");
    client.subscribe("errors");
    functions.answers = {std::string("{'n': 3}"), std::string(2'000'000, ' ') + "1",
                         std::string("null")};
    client.publish("a", "{}");
    until([&] { return counts("asks", "RepublishAction").error_action_success.value() == 1; });
    client.publish("a", "{}");
    until([&] { return counts("asks", "RepublishAction").error_action_success.value() == 2; });
    client.publish("a", "{}");
    until([&] { return counts("asks", "RepublishAction").success.value() == 1; });
    settle();
    EXPECT_THAT(client.payloads(),
                ElementsAre(HasSubstr("the function's answer is no JSON"),
                            HasSubstr("has over 1048576 bytes"), R"({"n":null})"));
}

TEST_F(RuleEngineTest, AFunctionGetsNoBytes) {
    make("r", "SELECT * FROM 'a'", {lambda()});
    make("s", "SELECT encode(*, 'base64') AS data FROM 'a'", {lambda()});
    client.publish("a", "\x01\x02");
    settle();
    until([&] { return counts("r", "LambdaAction").failure.value() == 1; });
    settle();
    ASSERT_THAT(functions.calls, SizeIs(1));
    EXPECT_EQ(functions.calls.front().payload, R"({"data":"AQI="})");
}

TEST_F(RuleEngineTest, ResultsGoToALogGroup) {
    const auto action = [](const std::string& more) {
        return R"({"cloudwatchLogs":{"roleArn":")" + std::string(test_role) +
               R"(","logGroupName":"g")" + more + "}}";
    };
    make("one", "SELECT * FROM 'a'", {action("")});
    make("many", "SELECT VALUE list FROM 'a'", {action(R"(,"batchMode":true)")});
    client.publish("a", R"({"list": [{"timestamp": 1, "message": "m"}]})");
    until([&] { return logs.written.size() == 2; });
    settle();
    EXPECT_THAT(logs.written,
                ::testing::UnorderedElementsAre(
                    R"(g one {"list": [{"timestamp": 1, "message": "m"}]})", "g many m"));
    EXPECT_THAT(roles.asked, ::testing::Each("logs:PutLogEvents "
                                             "arn:aws:logs:us-east-1:000000000000:log-group:g:*"));
}

TEST_F(RuleEngineTest, TheServersOwnEventsAreMadeWhereARuleWantsThem) {
    const char* const topic = "$aws/events/presence/connected/lamp";
    EXPECT_FALSE(broker.broker->shard(0).has_receivers({}, topic));
    make("r", "SELECT * FROM '$aws/events/presence/#'", {lambda()});
    EXPECT_TRUE(broker.broker->shard(0).has_receivers({}, topic));
    EXPECT_FALSE(broker.broker->shard(0).has_receivers({AccountId("111111111111")}, topic));
}

TEST_F(RuleEngineTest, AStatementThatDoesTooMuchFailsAlone) {
    make("endless",
         "SET @v = a SELECT (SELECT VALUE (SELECT VALUE (SELECT VALUE 1 FROM @v) FROM @v) FROM @v) "
         "AS x FROM 'a'",
         {republish("b")}, republish("errors"));
    make("fine", "SELECT * FROM 'a'", {republish("c")});
    client.subscribe("errors");
    std::string payload = R"({"a":[1)";
    for (int i = 0; i < 20'000; ++i) payload += ",1";
    client.publish("a", payload + "]}");
    until([&] { return counts("endless", "RepublishAction").error_action_success.value() == 1; });
    settle();
    EXPECT_THAT(client.payloads(), ElementsAre(HasSubstr("than one evaluation may")));
    EXPECT_EQ(counts("endless", "RepublishAction").success.value(), 0u);
    EXPECT_EQ(counts("endless", statement_action).failure.value(), 1u);
    EXPECT_EQ(counts("fine", "RepublishAction").success.value(), 1u);
}

TEST_F(RuleEngineTest, AResultThatGrowsTooLargeFails) {
    make("grows", "SET @a = concat(a,a,a,a), @b = concat(@a,@a,@a,@a) SELECT @b AS x FROM 'a'",
         {republish("b")}, republish("errors/${concat(@b, @b)}"));
    client.publish("a", R"({"a":")" + std::string(100'000, 'x') + R"("})");
    until([&] { return counts("grows", "RepublishAction").error_action_failure.value() == 1; });
    settle();
    EXPECT_EQ(counts("grows", statement_action).failure.value(), 1u);
}

TEST_F(RuleEngineTest, WhatIsRepublishedHasTheBoundsOfMessages) {
    make("twice", "SELECT {'a': *, 'b': *} AS x FROM 'loop'", {republish("loop")},
         republish("errors"));
    make("long", "SELECT * FROM 'long'", {republish("${t}")}, republish("errors"));
    client.subscribe("errors");
    client.publish("loop", R"({"a":")" + std::string(70'000, 'x') + R"("})");
    until([&] { return counts("twice", "RepublishAction").error_action_success.value() == 1; });
    settle();
    EXPECT_EQ(counts("twice", "RepublishAction").success.value(), 0u);
    EXPECT_THAT(client.payloads(), ElementsAre(HasSubstr("and a message at most 131072")));
    client.publish("long", R"({"t":")" + std::string(300, 't') + R"("})");
    client.publish("long", R"({"t":"1/2/3/4/5/6/7/8/9"})");
    until([&] { return counts("long", "RepublishAction").error_action_success.value() == 2; });
    settle();
    EXPECT_THAT(client.payloads(), ::testing::Each(HasSubstr("over 256 bytes or 8 levels")));
    EXPECT_EQ(counts("long", "RepublishAction").success.value(), 0u);
    make("constant", "SELECT * FROM 'a'", {republish("1/2/3/4/5/6/7/8/9")});
    EXPECT_THAT(problems, ElementsAre(HasSubstr("over 256 bytes or 8 levels")));
}

TEST_F(RuleEngineTest, AnOrderThatTheRuleAsksForIsKept) {
    RulePayload payload{.sql = "SELECT n FROM 'a/#'", .actions = {ActionText(lambda())}};
    make("r", payload, {{order_tag, order_of_topic}});
    functions.is_stuck = true;
    functions.stuck_for = std::chrono::milliseconds(3);
    functions.is_uneven = true;
    for (int i = 0; i < 10; ++i) {
        client.publish("a/1", R"({"n":)" + std::to_string(i) + "}");
        client.publish("a/2", R"({"n":)" + std::to_string(100 + i) + "}");
    }
    until([&] { return counts("r", "LambdaAction").success.value() == 20; });
    settle();
    std::vector<std::string> one;
    std::vector<std::string> other;
    for (const std::string& each : functions.done) {
        (each.size() < std::string_view(R"({"n":100})").size() ? one : other).push_back(each);
    }
    EXPECT_TRUE(std::ranges::is_sorted(one)) << ::testing::PrintToString(one);
    EXPECT_TRUE(std::ranges::is_sorted(other)) << ::testing::PrintToString(other);
}

TEST_F(RuleEngineTest, RulesAreReadAtStart) {
    make("kept", "SELECT 1 AS n FROM 'a'", {lambda()});
    ASSERT_TRUE(memory.apply(storage::Batch().put(key_of({}, RuleName("broken")), "{}")));
    ASSERT_TRUE(engine.load());
    EXPECT_THAT(problems, ElementsAre(HasSubstr("broken")));
    client.publish("a", "{}");
    until([&] { return functions.calls.size() == 1; });
    settle();
}

}  // namespace
}  // namespace gatehouse::rules
