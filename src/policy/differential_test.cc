// The compiled decision against two plain readings of the same documents: the explanation, and an
// evaluator that knows nothing of indexes, written out here.

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <random>

#include "policy/compiled_policies.h"
#include "policy/plain_evaluator.h"

namespace gatehouse::policy {
namespace {

using Random = std::mt19937_64;

// Names over a tiny alphabet, so that patterns and topics meet often.
std::string name(Random& random, std::string_view alphabet, std::size_t length_max) {
    std::string text;
    for (std::size_t i = random() % (length_max + 1); i > 0; --i) {
        text += alphabet[random() % alphabet.size()];
    }
    return text;
}

std::string pattern(Random& random) {
    static constexpr std::string_view pieces[] = {
        "a", "b", "/", "*", "*", "?", "ab", "/a/", "${*}", "${v}", "${none}", "\u00e9", ":"};
    std::string text;
    for (std::size_t i = random() % 7; i > 0; --i) text += pieces[random() % std::size(pieces)];
    return text;
}

std::string_view head_of_resource(Random& random) {
    static constexpr std::string_view heads[] = {"arn:aws:iot:us-east-1:000000000000:topic/",
                                                 "arn:aws:iot:us-east-1:000000000000:topic/",
                                                 "arn:aws:iot:*:*:topic/",
                                                 "arn:aws:iot:us-east-1:*:",
                                                 "arn:aws:iot:us-east-2:*:topic/",
                                                 "arn:*",
                                                 "*",
                                                 "arn:aws:iot:us-east-1:000000000000:topicfilter/",
                                                 "arn:aws:iot:?s-east-?:*:t*/"};
    return heads[random() % std::size(heads)];
}

std::string resource(Random& random) {
    return std::string(head_of_resource(random)) + pattern(random);
}

std::string document(Random& random) {
    std::string statements;
    for (std::size_t i = 1 + random() % 4; i > 0; --i) {
        std::string resources;
        for (std::size_t j = 1 + random() % 6; j > 0; --j) {
            resources += fmt::format("\"{}\"{}", resource(random), j > 1 ? "," : "");
        }
        static constexpr std::string_view actions[] = {"iot:Publish", "iot:*", "iot:Pub*",
                                                       "iot:Receive"};
        static constexpr std::string_view conditions[] = {
            "", "", "", R"(,"Condition":{"StringLike":{"v":"a*"}})",
            R"(,"Condition":{"ForAnyValue:StringEquals":{"request":"x"}})"};
        statements += fmt::format(
            R"({{"Effect":"{}","{}":"{}","{}":[{}]{}}}{})", random() % 4 == 0 ? "Deny" : "Allow",
            random() % 8 == 0 ? "NotAction" : "Action", actions[random() % std::size(actions)],
            random() % 8 == 0 ? "NotResource" : "Resource", resources,
            conditions[random() % std::size(conditions)], i > 1 ? "," : "");
    }
    return fmt::format(R"({{"Version":"2012-10-17","Statement":[{}]}})", statements);
}

std::vector<PolicySource> parse(const std::vector<std::string>& texts) {
    std::vector<PolicySource> sources;
    for (const std::string& text : texts) {
        auto parsed = parse_document(text, Dialect::IotPolicy, {.characters_max = 100'000});
        EXPECT_TRUE(parsed.has_value()) << text;
        if (parsed) sources.push_back({"", std::make_shared<const Document>(std::move(*parsed))});
    }
    return sources;
}

// Every form that the policies of one connection may be kept in: the index is each time one.
std::vector<std::shared_ptr<const CompiledPolicies>> forms_of(
    const std::vector<PolicySource>& sources, const Variables& variables) {
    std::vector<std::shared_ptr<const CompiledPolicies>> forms{
        std::make_shared<const CompiledPolicies>(
            std::make_shared<const PolicyIndex>(sources, variables, Tenant{}))};
    if (auto packed = PackedPolicies::make(sources, variables, Tenant{})) {
        forms.push_back(std::make_shared<const CompiledPolicies>(std::move(*packed)));
    }
    return forms;
}

// Whether the statement that decided is one of those that the explanation names.
bool is_named(const CompiledPolicies& policies, Decision decision, const Explanation& explanation) {
    if (decision.outcome == Outcome::DeniedByDefault) return decision.statement == no_statement;
    const StatementPlace place = policies.place_of(decision.statement);
    return std::ranges::any_of(decision.allowed() ? explanation.allowing : explanation.denying,
                               [&](const StatementMatch& match) { return match.where == place; });
}

class Differential : public testing::TestWithParam<std::uint64_t> {};

TEST_P(Differential, DecisionsAgree) {
    Random random(GetParam());
    const std::array<std::string_view, 1> values{"x"};
    const std::array<ContextEntry, 1> carried{{{"request", values}}};
    std::size_t outcomes[3] = {}, packed = 0;
    for (int round = 0; round < 30; ++round) {
        std::vector<std::string> texts;
        for (std::size_t i = 1 + random() % 3; i > 0; --i) texts.push_back(document(random));
        const Variables variables = Variables().set("v", name(random, "ab*/", 3));
        const auto sources = parse(texts);
        const auto forms = forms_of(sources, variables);
        packed += forms.size() - 1;
        for (int i = 0; i < 40; ++i) {
            std::string topic = name(random, "ab/ab/*?:", 9);
            if (i % 8 == 0) topic += "\u00e9";
            if (i % 16 == 1) topic = "b:topic/" + topic;
            const RequestContext context = i % 2 == 0 ? RequestContext(carried) : RequestContext();
            const auto action =
                i % 4 == 3 ? static_cast<Action>(random() % action_count) : Action::Publish;
            const std::string arn = forms.front()->arn_of(action, topic);
            const Request request{name_of(action), arn, context, {}};
            const Outcome plain = evaluate_plainly(sources, variables, request);
            ++outcomes[static_cast<std::size_t>(plain)];
            const std::string told = to_json(forms.front()->explain(request));
            for (const auto& policies : forms) {
                const Decision decision = policies->decide(action, topic, context);
                ASSERT_EQ(name_of(decision.outcome), name_of(plain))
                    << arn << "\nvariable " << variables.all()[0].values[0] << "\n"
                    << fmt::format("{}", fmt::join(texts, "\n"));
                const Explanation explanation = policies->explain(action, topic, context);
                ASSERT_EQ(explanation.outcome, plain) << arn;
                ASSERT_EQ(to_json(explanation), told);
                ASSERT_TRUE(is_named(*policies, decision, explanation)) << explanation.sentence;
            }
        }
    }
    EXPECT_GT(packed, 10U);
    for (const std::size_t count : outcomes) EXPECT_GT(count, 0U);
}

std::string document_with_variables(Random& random) {
    static constexpr std::string_view pieces[] = {"a", "/", "*", "?", "${v}", "${v}", "${w}", ":"};
    static constexpr std::string_view actions[] = {"iot:Publish", "iot:*", "iot:Pub*"};
    std::string statements;
    for (std::size_t i = 1 + random() % 3; i > 0; --i) {
        std::string resources;
        for (std::size_t j = 1 + random() % 3; j > 0; --j) {
            std::string text(head_of_resource(random));
            for (std::size_t k = random() % 5; k > 0; --k) {
                text += pieces[random() % std::size(pieces)];
            }
            resources += fmt::format("\"{}\"{}", text, j > 1 ? "," : "");
        }
        statements += fmt::format(
            R"({{"Effect":"{}","Action":"{}","{}":[{}]}}{})", random() % 4 == 0 ? "Deny" : "Allow",
            actions[random() % std::size(actions)], random() % 8 == 0 ? "NotResource" : "Resource",
            resources, i > 1 ? "," : "");
    }
    return fmt::format(R"({{"Version":"2012-10-17","Statement":[{}]}})", statements);
}

// An index with its variables left open decides as one that was compiled for the connection.
TEST_P(Differential, SlotsAgree) {
    Random random(GetParam());
    std::size_t with_slots = 0;
    for (int round = 0; round < 100; ++round) {
        const auto sources = parse({document_with_variables(random)});
        const auto index = PolicyIndex::make_open(sources, Tenant{});
        if (index == nullptr) continue;  // a variable stands where it may not
        for (int connection = 0; connection < 3; ++connection) {
            const Variables variables = Variables()
                                            .set("v", name(random, "ab*/:", 4))
                                            .set("w", random() % 3 == 0 ? "b:topic/" : "a");
            const auto shared = fill_in(index, variables);
            if (shared == nullptr) continue;
            if (!index->open_variables().empty()) ++with_slots;
            for (int i = 0; i < 20; ++i) {
                std::string topic = name(random, "ab/ab/*?:", 9);
                if (i % 4 == 0) topic = variables.all()[0].values[0] + topic;
                if (i % 8 == 1) topic = "b:topic/" + topic;
                // One with an index, one without.
                const auto action = i % 5 == 0 ? Action::GetThingShadow : Action::Publish;
                const std::string arn = shared->arn_of(action, topic);
                const Request request{name_of(action), arn, {}, {}};
                ASSERT_EQ(name_of(shared->decide(action, topic).outcome),
                          name_of(evaluate_plainly(sources, variables, request)))
                    << arn << "\nvariable " << variables.all()[0].values[0] << "\n"
                    << to_json_text(*sources.front().document);
            }
        }
    }
    EXPECT_GT(with_slots, 20U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Differential, testing::Range<std::uint64_t>(1, 13));

// Many patterns at once, so that every trie has branches.
TEST(Differential, LargePoliciesAgree) {
    Random random(99);
    std::string resources;
    for (int i = 0; i < 400; ++i) {
        resources +=
            fmt::format("{}\"arn:aws:iot:us-east-1:000000000000:topic/{}{}{}\"", i == 0 ? "" : ",",
                        name(random, "abc/", 5), i % 3 == 0 ? "*" : "", name(random, "abc/", 5));
    }
    const auto sources = parse({fmt::format(
        R"({{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"iot:Publish","Resource":[{}]}}}})",
        resources)});
    const auto policies = compile(sources, {}, Tenant{});
    std::size_t allowed = 0;
    for (int i = 0; i < 3000; ++i) {
        const std::string topic = name(random, "abcd/", 9);
        const std::string arn = policies->arn_of(Action::Publish, topic);
        const Outcome plain = evaluate_plainly(sources, {}, {"iot:Publish", arn, {}, {}});
        ASSERT_EQ(policies->decide(Action::Publish, topic).outcome, plain) << topic;
        allowed += plain == Outcome::Allowed ? 1 : 0;
    }
    EXPECT_GT(allowed, 100U);
    EXPECT_LT(allowed, 2900U);
}

}  // namespace
}  // namespace gatehouse::policy
