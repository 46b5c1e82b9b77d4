#include "policy/packed_policies.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>

#include "policy/compiled_policies.h"

namespace gatehouse::policy {
namespace {

constexpr std::string_view own_policies = "arn:aws:iot:us-east-1:000000000000:";

std::vector<PolicySource> parse(std::string_view statements, Dialect dialect = Dialect::IotPolicy) {
    auto document =
        parse_document(fmt::format(R"({{"Version":"2012-10-17","Statement":[{}]}})", statements),
                       dialect, {.characters_max = 10'000});
    EXPECT_TRUE(document.has_value()) << document.error().describe();
    return {{"p", std::make_shared<const Document>(std::move(*document))}};
}

std::string allow_here(std::string_view action, std::string_view resource) {
    return fmt::format(R"({{"Effect":"Allow","Action":"{}","Resource":"{}{}"}})", action,
                       own_policies, resource);
}

PackedPolicies packed(std::string_view statements, const Variables& variables = {}) {
    auto made = PackedPolicies::make(parse(statements), variables, Tenant{});
    EXPECT_TRUE(made.has_value());
    return std::move(*made);
}

bool allows(const PackedPolicies& policies, Action action, std::string_view name) {
    return policies.decide(action, name, {}).allowed();
}

// Three statements that name the client, one of them with a condition.
TEST(PackedPolicies, AConnectionsOwnTakeAFewHundredBytes) {
    const std::string client = "sleeper-12345";
    const auto policies =
        compile(parse(fmt::format(
                    R"({{"Effect":"Allow","Action":"iot:Connect","Resource":"{0}client/{1}",
                 "Condition":{{"IpAddress":{{"aws:SourceIp":"127.0.0.0/8"}}}}}},
               {{"Effect":"Allow","Action":["iot:Publish","iot:Receive"],
                 "Resource":["{0}topic/bench/*","{0}topic/{1}/*"]}},
               {{"Effect":"Allow","Action":"iot:Subscribe",
                 "Resource":["{0}topicfilter/bench/*","{0}topicfilter/{1}/*"]}})",
                    own_policies, client)),
                Variables().set("aws:SourceIp", "127.0.0.1").set("iot:ClientId", client), Tenant{});
    EXPECT_TRUE(policies->decide(Action::Connect, client).allowed());
    EXPECT_TRUE(policies->decide(Action::Publish, client + "/a").allowed());
    EXPECT_FALSE(policies->decide(Action::Publish, "sleeper-54321/a").allowed());
    EXPECT_LT(policies->memory_bytes(), 550U);
}

TEST(PackedPolicies, VariablesAreFilledInAsText) {
    const Variables variables = Variables().set("iot:ClientId", "a*");
    const auto policies = packed(allow_here("iot:Publish", "topic/${iot:ClientId}/*"), variables);
    EXPECT_TRUE(allows(policies, Action::Publish, "a*/x"));
    EXPECT_FALSE(allows(policies, Action::Publish, "ab/x"));
}

// Each type of resource has names of its own_policies, though the patterns stand side by side.
TEST(PackedPolicies, TypesOfResourcesAreKeptApart) {
    const auto policies =
        packed(allow_here("iot:*", "topic/a") + "," + allow_here("iot:*", "client/b") + "," +
               allow_here("iot:*", "thing/c"));
    EXPECT_TRUE(allows(policies, Action::Publish, "a"));
    EXPECT_TRUE(allows(policies, Action::Receive, "a"));
    EXPECT_FALSE(allows(policies, Action::Subscribe, "a"));
    EXPECT_FALSE(allows(policies, Action::Connect, "a"));
    EXPECT_TRUE(allows(policies, Action::Connect, "b"));
    EXPECT_TRUE(allows(policies, Action::GetThingShadow, "c"));
    EXPECT_FALSE(allows(policies, Action::ListRetainedMessages, "a"));
}

TEST(PackedPolicies, KnowTheStatementThatDecided) {
    const auto policies = packed(
        allow_here("iot:Connect", "client/a") + "," + allow_here("iot:Publish", "topic/b") +
        R"(,{"Effect":"Deny","Action":"iot:Publish","NotResource":"arn:aws:iot:*:*:topic/b*"})");
    EXPECT_EQ(policies.decide(Action::Publish, "b", {}), (Decision{Outcome::Allowed, 1}));
    EXPECT_EQ(policies.decide(Action::Publish, "c", {}), (Decision{Outcome::DeniedExplicitly, 2}));
    EXPECT_EQ(policies.decide(Action::Publish, "x:topic/b", {}), Decision{});
}

TEST(PackedPolicies, ConditionsOfARequestAreJudgedEachTime) {
    const auto policies = packed(fmt::format(
        R"({{"Effect":"Allow","Action":"iot:Connect","Resource":"*",
             "Condition":{{"StringEquals":{{"request":"x"}}}}}},{})",
        allow_here("iot:Publish", "topic/a")));
    const std::array<std::string_view, 1> x{"x"}, y{"y"};
    const std::array<ContextEntry, 1> with_x{{{"request", x}}}, with_y{{{"request", y}}};
    EXPECT_TRUE(policies.decide(Action::Connect, "c", with_x).allowed());
    EXPECT_FALSE(policies.decide(Action::Connect, "c", with_y).allowed());
    EXPECT_FALSE(policies.decide(Action::Connect, "c", {}).allowed());
    EXPECT_TRUE(policies.decide(Action::Publish, "a", {}).allowed());
}

TEST(PackedPolicies, LeaveToAnIndexWhatTheyCannotHold) {
    std::string many;
    for (std::size_t i = 0; i <= PackedPolicies::globs_max; ++i) {
        many += (i == 0 ? "" : ",") + allow_here("iot:Publish", fmt::format("topic/{}", i));
    }
    EXPECT_FALSE(PackedPolicies::make(parse(many), {}, Tenant{}).has_value());
    // Patterns that leave other names for each type of resource.
    std::string wide;
    for (std::size_t i = 0; 2 * i < PackedPolicies::globs_max; ++i) {
        wide += (i == 0 ? "" : ",") + allow_here("iot:*", fmt::format("??????????{}", i));
    }
    EXPECT_FALSE(PackedPolicies::make(parse(wide), {}, Tenant{}).has_value());
    const auto not_utf8 = Variables().set("iot:ClientId", "a\xFF");
    EXPECT_FALSE(PackedPolicies::make(parse(allow_here("iot:Publish", "topic/${iot:ClientId}")),
                                      not_utf8, Tenant{})
                     .has_value());
    EXPECT_FALSE(PackedPolicies::make(
                     parse(R"({"Effect":"Allow","Action":"iot:*","Resource":"*","Principal":"*"})",
                           Dialect::ResourcePolicy),
                     {}, Tenant{})
                     .has_value());
}

}  // namespace
}  // namespace gatehouse::policy
