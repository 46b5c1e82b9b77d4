#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/json.h"
#include "server/client/fake_api.h"

namespace gatehouse::server {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

constexpr auto made_rule = "POST /rules/r";
constexpr auto replaced_rule = "PATCH /rules/r";
constexpr auto rule_payload = R"({"sql":"SELECT * FROM 'a'","actions":[{"file":{}}]})";

class RuleManagement : public testing::Test {
protected:
    FakeApi api;
};

TEST_F(RuleManagement, CreateSendsThePayloadAsItIs) {
    api.answer(made_rule, "");
    const std::string file = api.data().path() + "/rule.json";
    std::ofstream(file) << rule_payload;
    const Outcome made = api.run({"rule", "create", "r", "--payload", "@" + file});
    EXPECT_EQ(made.exit, Exit::Done) << made.err;
    EXPECT_EQ(made.out, "rule r created\n");
    EXPECT_EQ(api.body_of(made_rule), rule_payload);
    EXPECT_THAT(api.requests(), Not(Contains(replaced_rule)));
}

TEST_F(RuleManagement, CreateSaysWhatIsWrong) {
    EXPECT_EQ(api.run({"rule", "create", "r"}).exit, Exit::WrongUse);
    EXPECT_EQ(api.run({"rule", "create", "r", "--payload", "{"}).exit, Exit::WrongUse);
    EXPECT_EQ(api.run({"rule", "create", "r", "--payload", "[]"}).exit, Exit::WrongUse);
    api.answer(made_rule, R"({"message":"it is there"})", 409, "ResourceAlreadyExistsException");
    const Outcome there = api.run({"rule", "create", "r", "--payload", rule_payload});
    EXPECT_EQ(there.exit, Exit::Failed);
    EXPECT_THAT(there.err, HasSubstr("--replace replaces it"));
}

TEST_F(RuleManagement, ReplaceMakesOneThatIsNotThere) {
    api.answer(replaced_rule, R"({"message":"denied"})", 401, "UnauthorizedException");
    api.answer("GET /rules", R"({"rules":[{"ruleName":"other"}]})");
    api.answer(made_rule, "");
    const std::vector<std::string> words{"rule",      "create",    "r",
                                         "--replace", "--payload", rule_payload};
    EXPECT_EQ(api.run(words).out, "rule r created\n");
}

TEST_F(RuleManagement, ReplaceReplacesAndTags) {
    api.answer(replaced_rule, "");
    api.answer("GET /rules/r", R"({"ruleArn":"arn:r","rule":{}})");
    api.answer("POST /tags", "{}");
    const Outcome replaced = api.run({"rule", "create", "r", "--replace", "--payload", rule_payload,
                                      "--tag", "gatehouse:delivery=at-least-once"});
    EXPECT_EQ(replaced.out, "rule r replaced\n") << replaced.err;
    EXPECT_EQ(api.body_of(replaced_rule), rule_payload);
    EXPECT_EQ(
        api.body_of("POST /tags"),
        R"({"resourceArn":"arn:r","tags":[{"Key":"gatehouse:delivery","Value":"at-least-once"}]})");
}

TEST_F(RuleManagement, RulesAreListedAndShown) {
    EXPECT_THAT(api.run({"rule", "list"}).err, HasSubstr("no such thing"));
    api.answer("GET /rules", R"({"rules":[]})");
    EXPECT_THAT(api.run({"rule", "list"}).err, HasSubstr("no topic rules yet"));
    FakeApi other;
    other.answer("GET /rules",
                 R"({"rules":[{"ruleName":"r","topicPattern":"a/#"}],"nextToken":"t"})");
    other.answer("GET /rules?nextToken=t", R"({"rules":[{"ruleName":"s","ruleDisabled":true}]})");
    other.answer("GET /rules/r", R"({"rule":{"sql":"SELECT 1"}})");
    EXPECT_THAT(other.run({"rule", "list"}).out, HasSubstr("r     enabled   a/#\ns     disabled"));
    EXPECT_THAT(other.run({"rule", "describe", "r"}).out, HasSubstr(R"("sql": "SELECT 1")"));
}

TEST_F(RuleManagement, DeleteSuggestsTheRuleThatWasMeant) {
    api.answer("GET /rules", R"({"rules":[{"ruleName":"kitchen"}]})");
    api.answer("GET /rules/kichen", R"({"message":"denied"})", 401, "UnauthorizedException");
    const Outcome typo = api.run({"rule", "delete", "kichen"});
    EXPECT_EQ(typo.exit, Exit::Failed);
    EXPECT_THAT(typo.err, HasSubstr("did you mean kitchen?"));
    api.answer("GET /rules/kitchen", "{}");
    api.answer("DELETE /rules/kitchen", "");
    EXPECT_EQ(api.run({"rule", "delete", "kitchen"}).out, "rule kitchen deleted\n");
}

}  // namespace
}  // namespace gatehouse::server
