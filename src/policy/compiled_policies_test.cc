#include "policy/compiled_policies.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>

namespace gatehouse::policy {
namespace {

using testing::HasSubstr;

enum class Form : std::uint8_t { Packed, Indexed };

class CompiledPoliciesTest : public testing::TestWithParam<Form> {
protected:
    // Compiles documents for client id "basicPubSub" in the default tenant.
    static std::shared_ptr<const CompiledPolicies> compiled(std::vector<std::string> texts,
                                                            Variables variables = {}) {
        variables.set("iot:ClientId", "basicPubSub");
        std::vector<PolicySource> sources;
        for (const std::string& text : texts) {
            auto document = parse_document(text, Dialect::IotPolicy);
            EXPECT_TRUE(document.has_value()) << document.error().describe();
            sources.push_back({"", std::make_shared<const Document>(std::move(*document))});
        }
        if (GetParam() == Form::Packed) {
            auto packed = PackedPolicies::make(sources, variables, Tenant{});
            EXPECT_TRUE(packed.has_value());
            return std::make_shared<const CompiledPolicies>(std::move(*packed));
        }
        return std::make_shared<const CompiledPolicies>(
            std::make_shared<const PolicyIndex>(std::move(sources), variables, Tenant{}));
    }
};

std::string statement(std::string_view effect, std::string_view action, std::string_view resource,
                      std::string_view more = "") {
    return fmt::format(
        R"({{"Version":"2012-10-17","Statement":[{{"Effect":"{}","Action":"{}","Resource":"{}"{}}}]}})",
        effect, action, resource, more);
}

constexpr std::string_view own = "arn:aws:iot:us-east-1:000000000000:";

std::string of(std::string_view resource) {
    return std::string(own) + std::string(resource);
}

TEST_P(CompiledPoliciesTest, TheTimeIsThatOfTheDecision) {
    ManualClock clock;  // 2026-01-01T00:00:00Z
    const auto in_a_window = [&](std::string_view condition) {
        return compiled({fmt::format(
                            R"({{"Version":"2012-10-17","Statement":[{{"Effect":"Allow",
                "Action":["iot:Publish","iot:GetThingShadow"],"Resource":"*",
                "Condition":{{{}}}}}]}})",
                            condition)},
                        Variables().set_clock(clock));
    };
    const auto by_date =
        in_a_window(R"("DateLessThan":{"aws:CurrentTime":"2026-01-01T00:01:00Z"})");
    const auto by_text = in_a_window(R"("StringLike":{"AWS:currenttime":"2026-01-01T00:00:0?Z"})");
    const auto by_number = in_a_window(R"("NumericLessThan":{"aws:EpochTime":"1767225660"})");
    const auto windows = {by_date, by_text, by_number};
    for (const Action action : {Action::Publish, Action::GetThingShadow}) {
        for (const auto& policies : windows) {
            EXPECT_TRUE(policies->depends_on_time(action));
            EXPECT_TRUE(policies->decide(action, "a").allowed());
            EXPECT_TRUE(policies->explain(action, "a").allowed());
        }
    }
    clock.advance(std::chrono::minutes(1));
    for (const Action action : {Action::Publish, Action::GetThingShadow}) {
        for (const auto& policies : windows) {
            EXPECT_FALSE(policies->decide(action, "a").allowed());
            EXPECT_FALSE(policies->explain(action, "a").allowed());
        }
    }
    EXPECT_THAT(by_date->explain(Action::Publish, "a").sentence,
                HasSubstr("the value is [2026-01-01T00:01:00Z]"));
}

// Statements that would apply at 2026-01-01T00:00:00Z, if the time were a variable.
std::vector<std::string> with_the_time_as_variable(std::string_view effect) {
    std::vector<std::string> texts;
    for (const std::string_view name : {"aws:CurrentTime", "AWS:epochtime"}) {
        const std::string variable = fmt::format("${{{}}}", name);
        texts.push_back(statement(effect, "iot:*", fmt::format("{}*/{}", own, variable)));
        for (const std::string_view op : {"StringLike", "StringEquals"}) {
            texts.push_back(statement(
                effect, "iot:*", "*",
                fmt::format(R"(,"Condition":{{"{}":{{"{}":"{}"}}}})", op, name, variable)));
        }
    }
    return texts;
}

// Whoever gives it: the clock, the request or somebody who asks.
TEST_P(CompiledPoliciesTest, TheTimeIsNoVariable) {
    ManualClock clock;
    const std::array<std::string_view, 1> date{"2026-01-01T00:00:00Z"}, number{"1767225600"};
    const std::array<ContextEntry, 2> carried{
        {{"aws:CurrentTime", date}, {"aws:EpochTime", number}}};
    const auto given = Variables()
                           .set("aws:CurrentTime", std::string(date[0]))
                           .set("aws:EpochTime", std::string(number[0]));
    const auto expect_neither = [&](const CompiledPolicies& policies, RequestContext context) {
        for (const Action action : {Action::Publish, Action::GetThingShadow}) {
            for (const std::string_view name : {date[0], number[0]}) {
                const Explanation why = policies.explain(action, name, context);
                EXPECT_EQ(policies.decide(action, name, context).outcome, why.outcome);
                EXPECT_EQ(why.outcome, Outcome::DeniedByDefault) << why.sentence;
            }
        }
    };
    for (const std::string_view effect : {"Allow", "Deny"}) {
        for (const std::string& text : with_the_time_as_variable(effect)) {
            SCOPED_TRACE(text);
            expect_neither(*compiled({text}, Variables().set_clock(clock)), {});
            expect_neither(*compiled({text}), carried);
            expect_neither(*compiled({text}, given), {});
        }
    }
    const auto in_resource =
        compiled({with_the_time_as_variable("Allow").front()}, Variables().set_clock(clock));
    EXPECT_FALSE(in_resource->depends_on_time(Action::Publish));
    EXPECT_THAT(in_resource->explain(Action::Publish, date[0]).sentence,
                HasSubstr("the time is known to conditions alone"));
}

// One that the request carries stands before the clock's.
TEST_P(CompiledPoliciesTest, ARequestMayCarryItsTime) {
    ManualClock clock;  // 2026-01-01T00:00:00Z
    const auto policies = compiled(
        {statement("Allow", "iot:Publish", "*",
                   R"(,"Condition":{"DateLessThan":{"aws:CurrentTime":"2025-01-01T00:00:00Z"}})")},
        Variables().set_clock(clock));
    const std::array<std::string_view, 1> given{"2024-12-31T00:00:00Z"};
    const std::array<ContextEntry, 1> carried{{{"aws:currenttime", given}}};
    EXPECT_TRUE(policies->decide(Action::Publish, "a", carried).allowed());
    EXPECT_TRUE(policies->explain(Action::Publish, "a", carried).allowed());
    EXPECT_FALSE(policies->decide(Action::Publish, "a").allowed());
    EXPECT_FALSE(policies->explain(Action::Publish, "a").allowed());
}

// Whenever somebody asks why.
TEST_P(CompiledPoliciesTest, ADecisionIsExplainedWithItsOwnTime) {
    ManualClock clock;  // 2026-01-01T00:00:00Z
    constexpr std::string_view later =
        R"(,"Condition":{"DateGreaterThan":{"aws:CurrentTime":"2026-01-01T00:00:00Z"}})";
    const auto policies = compiled({statement("Allow", "iot:Publish", "*", later),
                                    statement("Allow", "iot:GetThingShadow", "*", later)},
                                   Variables().set_clock(clock));
    const Decision refused = policies->decide(Action::Publish, "a");
    const Decision of_another = policies->decide(Action::GetThingShadow, "a");
    const Decision of_no_statement = policies->decide(Action::Receive, "a");
    for (const Decision& decision : {refused, of_another, of_no_statement}) {
        EXPECT_FALSE(decision.allowed());
        EXPECT_EQ(decision.at, clock.wall_now());
    }
    clock.advance(std::chrono::seconds(1));
    const Explanation why = policies->explain(Action::Publish, "a", {}, refused.at);
    EXPECT_FALSE(why.allowed());
    EXPECT_THAT(why.sentence, HasSubstr("the value is [2026-01-01T00:00:00Z]"));
    EXPECT_TRUE(policies->explain(Action::Publish, "a").allowed());
}

TEST_P(CompiledPoliciesTest, WhoAsksForNoTimeDoesNotDependOnIt) {
    ManualClock clock;
    EXPECT_FALSE(compiled({R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow",
        "Action":"iot:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"true"}}}]})"},
                          Variables().set_clock(clock))
                     ->depends_on_time(Action::Publish));
}

TEST_P(CompiledPoliciesTest, ADateForOneActionIsNoneForAnother) {
    ManualClock clock;
    const auto policies = compiled({R"({"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Action":"iot:Connect","Resource":"*",
         "Condition":{"DateGreaterThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}}},
        {"Effect":"Deny","Action":["iot:Publish","iot:GetThingShadow"],"Resource":"*",
         "Condition":{"NumericLessThan":{"aws:EpochTime":"0"}}},
        {"Effect":"Allow","Action":["iot:Publish","iot:Receive"],"Resource":"*"}]})"},
                                   Variables().set_clock(clock));
    for (const Action action : {Action::Connect, Action::Publish, Action::GetThingShadow}) {
        EXPECT_TRUE(policies->depends_on_time(action)) << name_of(action);
    }
    for (const Action action : {Action::Receive, Action::Subscribe, Action::UpdateThingShadow}) {
        EXPECT_FALSE(policies->depends_on_time(action)) << name_of(action);
    }
}

TEST_P(CompiledPoliciesTest, NothingIsAllowedByDefault) {
    const auto policies = compiled({});
    EXPECT_EQ(policies->decide(Action::Connect, "x"), Decision{});
    EXPECT_THAT(policies->explain(Action::Connect, "x").sentence, HasSubstr("no policy document"));
}

TEST_P(CompiledPoliciesTest, AllowsWhatAStatementNames) {
    const auto policies = compiled({statement("Allow", "iot:Publish", of("topic/a/*"))});
    const Decision decision = policies->decide(Action::Publish, "a/b");
    EXPECT_EQ(decision.outcome, Outcome::Allowed);
    EXPECT_EQ(decision.statement, 0U);
    EXPECT_FALSE(policies->decide(Action::Publish, "b").allowed());
    EXPECT_FALSE(policies->decide(Action::Receive, "a/b").allowed());
    EXPECT_FALSE(policies->decide(Action::Subscribe, "a/b").allowed());
}

TEST_P(CompiledPoliciesTest, AnExplicitDenyWinsWhereverItStands) {
    const std::string allow = statement("Allow", "iot:*", "*");
    const std::string deny = statement("Deny", "iot:Publish", of("topic/secret/*"));
    for (const auto& policies : {compiled({allow, deny}), compiled({deny, allow})}) {
        EXPECT_EQ(policies->decide(Action::Publish, "secret/a").outcome, Outcome::DeniedExplicitly);
        EXPECT_EQ(policies->decide(Action::Publish, "open/a").outcome, Outcome::Allowed);
        EXPECT_EQ(policies->decide(Action::Receive, "secret/a").outcome, Outcome::Allowed);
    }
}

TEST_P(CompiledPoliciesTest, RegionAndAccountMatchAsTextWithWildcards) {
    EXPECT_TRUE(compiled({statement("Allow", "iot:Connect", "arn:aws:iot:us-east-1:*:client/a")})
                    ->decide(Action::Connect, "a")
                    .allowed());
    EXPECT_TRUE(compiled({statement("Allow", "iot:Connect", "arn:aws:iot:*:*:client/a")})
                    ->decide(Action::Connect, "a")
                    .allowed());
    const auto elsewhere =
        compiled({statement("Allow", "iot:Connect", "arn:aws:iot:us-east-2:*:client/a")});
    EXPECT_FALSE(elsewhere->decide(Action::Connect, "a").allowed());
    const Explanation why = elsewhere->explain(Action::Connect, "a");
    ASSERT_TRUE(why.nearest.has_value());
    ASSERT_EQ(why.nearest->differs.size(), 1U);
    EXPECT_EQ(why.nearest->differs[0].part, Difference::Region);
    EXPECT_THAT(why.sentence, HasSubstr("it is for region us-east-2 and the request is for region "
                                        "us-east-1"));
}

// A `*` for region or account is text like any other and may run over colons.
TEST_P(CompiledPoliciesTest, AWildcardAccountMayRunIntoTheName) {
    const auto policies = compiled({statement("Allow", "iot:Publish", "arn:aws:iot:*:*:topic/a")});
    EXPECT_TRUE(policies->decide(Action::Publish, "x:topic/a").allowed());
    EXPECT_FALSE(policies->decide(Action::Publish, "x:topic/b").allowed());
    EXPECT_FALSE(policies->decide(Action::Publish, "x:a").allowed());
}

TEST_P(CompiledPoliciesTest, NotResourceAndNotAction) {
    const auto policies = compiled({R"({"Version":"2012-10-17","Statement":[
            {"Effect":"Allow","Action":"iot:Receive",
             "NotResource":["arn:aws:iot:us-east-1:000000000000:topic/secret/*",
                            "arn:aws:iot:us-east-1:000000000000:topic/*/key"]},
            {"Effect":"Allow","NotAction":["iot:Receive","iot:Connect"],"Resource":"*"}]})"});
    EXPECT_TRUE(policies->decide(Action::Receive, "open").allowed());
    EXPECT_FALSE(policies->decide(Action::Receive, "secret/a").allowed());
    EXPECT_FALSE(policies->decide(Action::Receive, "a/key").allowed());
    EXPECT_TRUE(policies->decide(Action::Publish, "secret/a").allowed());
    EXPECT_FALSE(policies->decide(Action::Connect, "a").allowed());
    EXPECT_EQ(policies->explain(Action::Receive, "secret/a").nearest->differs[0].part,
              Difference::Excluded);
}

TEST_P(CompiledPoliciesTest, ActionsWithoutAnIndexAreDecidedToo) {
    const auto policies =
        compiled({statement("Allow", "iot:GetThingShadow", of("thing/${iot:ClientId}"))});
    EXPECT_TRUE(policies->decide(Action::GetThingShadow, "basicPubSub").allowed());
    EXPECT_FALSE(policies->decide(Action::GetThingShadow, "other").allowed());
    EXPECT_FALSE(policies->decide(Action::UpdateThingShadow, "basicPubSub").allowed());
    EXPECT_FALSE(compiled({statement("Allow", "iot:ListRetainedMessages", of("topic/*"))})
                     ->decide(Action::ListRetainedMessages, "")
                     .allowed());
    EXPECT_TRUE(compiled({statement("Allow", "iot:ListRetainedMessages", "*")})
                    ->decide(Action::ListRetainedMessages, "")
                    .allowed());
}

TEST_P(CompiledPoliciesTest, ConstantConditionsAreDecidedWhenCompiling) {
    const std::string text = statement(
        "Allow", "iot:Publish", "*", R"(,"Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}})");
    EXPECT_TRUE(compiled({text}, Variables().set("aws:SourceIp", "10.1.2.3"))
                    ->decide(Action::Publish, "a")
                    .allowed());
    const auto refused = compiled({text}, Variables().set("aws:SourceIp", "192.0.2.1"));
    EXPECT_FALSE(refused->decide(Action::Publish, "a").allowed());
    const Explanation why = refused->explain(Action::Publish, "a");
    EXPECT_EQ(why.nearest->differs[0].part, Difference::Condition);
    EXPECT_THAT(why.sentence, HasSubstr("aws:SourceIp wants IpAddress [10.0.0.0/8] and the value "
                                        "is [192.0.2.1]"));
}

TEST_P(CompiledPoliciesTest, RequestKeysAreLookedUpAtEachDecision) {
    const auto policies = compiled({statement(
        "Allow", "iot:Connect", "*",
        R"(,"Condition":{"ArnLike":{"iot:LastWillTopic":"arn:aws:iot:*:*:topic/will/${iot:ClientId}"}})")});
    const std::array<std::string_view, 1> good{
        "arn:aws:iot:us-east-1:000000000000:topic/will/basicPubSub"};
    const std::array<std::string_view, 1> bad{
        "arn:aws:iot:us-east-1:000000000000:topic/will/other"};
    const std::array<ContextEntry, 1> with_good{{{"iot:LastWillTopic", good}}};
    const std::array<ContextEntry, 1> with_bad{{{"iot:lastwilltopic", bad}}};
    EXPECT_TRUE(policies->decide(Action::Connect, "x", with_good).allowed());
    EXPECT_FALSE(policies->decide(Action::Connect, "x", with_bad).allowed());
    EXPECT_FALSE(policies->decide(Action::Connect, "x").allowed());
}

TEST_P(CompiledPoliciesTest, AnUnresolvedVariableIsNamedWithItsReason) {
    Variables variables;
    variables.set_family_absent("iot:Connection.Thing.", "the client id is no attached thing");
    const auto policies = compiled(
        {statement("Allow", "iot:Publish", of("topic/${iot:Connection.Thing.ThingName}/*"))},
        variables);
    EXPECT_FALSE(policies->decide(Action::Publish, "a/b").allowed());
    const Explanation why = policies->explain(Action::Publish, "a/b");
    EXPECT_EQ(why.nearest->differs[0].part, Difference::Variable);
    EXPECT_THAT(why.sentence, HasSubstr("the client id is no attached thing"));
    EXPECT_EQ(why.missing_variables(), std::vector<std::string>{"iot:Connection.Thing.ThingName"});
}

TEST_P(CompiledPoliciesTest, AnUnresolvedVariableDoesNotMakeWhatFitsNothingElseTheNearest) {
    Variables variables;
    variables.set_family_absent("iot:Connection.Thing.", "the client id is no attached thing");
    const auto policies = compiled(
        {statement("Allow", "iot:Publish", of("topic/alarms/${iot:Connection.Thing.ThingName}")),
         statement("Allow", "iot:Publish", of("topic/sensors/lamp/temperature"))},
        variables);
    const Explanation near = policies->explain(Action::Publish, "sensors/lamp/temprature");
    EXPECT_EQ(near.nearest->differs[0].part, Difference::Name);
    EXPECT_THAT(near.sentence, HasSubstr("part at character 18"));
    const Explanation alarm = policies->explain(Action::Publish, "alarms/lamp");
    EXPECT_EQ(alarm.nearest->differs[0].part, Difference::Variable);
    const Explanation typo = policies->explain(Action::Publish, "alarm/lamp");
    EXPECT_THAT(typo.sentence, HasSubstr("part at character 6: '/lamp' where it wants 's/'; "
                                         "besides, its variable ${iot:Connection.Thing"));
}

INSTANTIATE_TEST_SUITE_P(Forms, CompiledPoliciesTest, testing::Values(Form::Packed, Form::Indexed),
                         [](const auto& each) {
                             return each.param == Form::Packed ? "Packed" : "Indexed";
                         });

TEST(RequestPolicies, TakeAnyActionAndArn) {
    auto document = parse_document(
        statement("Allow", "lambda:Invoke*", "arn:aws:lambda:*:*:function:${aws:username}-?"),
        Dialect::IdentityPolicy);
    ASSERT_TRUE(document.has_value());
    const auto policies =
        compile_for_requests({{"p", std::make_shared<const Document>(std::move(*document))}},
                             Variables().set("aws:username", "ann"));
    EXPECT_TRUE(policies
                    ->decide({"lambda:InvokeFunction",
                              "arn:aws:lambda:us-east-1:000000000000:function:ann-1",
                              {},
                              {}})
                    .allowed());
    EXPECT_FALSE(policies
                     ->decide({"lambda:InvokeFunction",
                               "arn:aws:lambda:us-east-1:000000000000:function:bob-1",
                               {},
                               {}})
                     .allowed());
}

}  // namespace
}  // namespace gatehouse::policy
