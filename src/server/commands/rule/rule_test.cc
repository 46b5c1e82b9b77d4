#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/command_fixture.h"

namespace gatehouse::server {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

Outcome test(std::vector<std::string> words) {
    words.insert(words.begin(), {"rule", "test"});
    return run(words);
}

constexpr auto statement =
    "SELECT temperature AS t, topic(2) FROM 'a/+' WHERE temperature > 50 AND unit = 'C'";

TEST(RuleCommands, TestSaysWhatActionsGet) {
    const Outcome outcome = test({"--sql", statement, "--topic", "a/b", "--payload",
                                  R"({"temperature": 51.50, "unit": "C"})"});
    EXPECT_EQ(outcome.exit, Exit::Done) << outcome.err;
    EXPECT_THAT(outcome.out, StartsWith("match\n"));
    EXPECT_THAT(outcome.out, HasSubstr("what actions get\n  {\"t\":51.5,\"topic(2)\":\"b\"}\n"));
}

TEST(RuleCommands, TestSaysWhyNot) {
    const Outcome cold =
        test({"--sql", statement, "--topic", "a/b", "--payload", R"({"temperature": 5})"});
    EXPECT_EQ(cold.exit, Exit::Failed);
    EXPECT_EQ(cold.out,
              "no match: WHERE is not true\n"
              "WHERE\n"
              "  temperature > 50 AND unit = 'C'  Undefined\n"
              "  temperature > 50                 false\n"
              "  temperature                      5\n"
              "  unit = 'C'                       Undefined\n"
              "  unit                             Undefined\n"
              "SELECT\n"
              "  temperature  5\n"
              "  topic(2)     \"b\"\n");
    const Outcome elsewhere = test({"--sql", statement, "--topic", "b/b"});
    EXPECT_EQ(elsewhere.exit, Exit::Failed);
    EXPECT_THAT(elsewhere.out, StartsWith("no match: topic 'b/b' is not one of FROM 'a/+'\n"));
    const Outcome broken = test({"--sql", statement, "--topic", "a/b", "--payload", "{"});
    EXPECT_THAT(broken.out, HasSubstr("the payload is no JSON (1:2: expected the name"));
}

TEST(RuleCommands, TestFillsTemplatesAndAnswersServices) {
    const std::vector<std::string> words{
        "--sql",       "SELECT aws_lambda('arn', id) AS r FROM 'a/b'",
        "--topic",     "a/b",
        "--payload",   R"({"id": 7})",
        "--template",  "x/${id}/${clientid()}",
        "--template",  "${missing}",
        "--client-id", "lamp"};
    const Outcome asked = test(words);
    EXPECT_EQ(asked.exit, Exit::Failed);
    EXPECT_THAT(asked.out, StartsWith("unknown: aws_lambda(\"arn\", 7) is asked of a service"));
    auto with_answer = words;
    with_answer.insert(with_answer.end(), {"--answer", R"({"ok": true})"});
    const Outcome answered = test(with_answer);
    EXPECT_EQ(answered.exit, Exit::Done) << answered.out;
    EXPECT_THAT(answered.out, HasSubstr("template x/${id}/${clientid()}\n  x/7/lamp\n"));
    EXPECT_THAT(answered.out, HasSubstr("template ${missing}\n  fails: missing is Undefined\n"));
    EXPECT_THAT(answered.out, HasSubstr(R"({"r":{"ok":true}})"));
}

TEST(RuleCommands, TestAnswersInJson) {
    const Outcome outcome = test(
        {"--sql", "SELECT x, y FROM 'a'", "--topic", "a", "--payload", R"({"x": [1]})", "--json"});
    EXPECT_EQ(outcome.exit, Exit::Done);
    EXPECT_EQ(outcome.out,
              R"({"matches":true,"verdict":"match","variables":[],"condition":[],"items":[)"
              R"({"expression":"x","isUndefined":false,"value":[1]},)"
              R"({"expression":"y","isUndefined":true,"value":null}],"payload":"{\"x\":[1]}"})"
              "\n");
}

TEST(RuleCommands, TestSaysWhatIsWrong) {
    const Outcome typo = test({"--sql", "SELECT a FORM 'a'", "--topic", "a"});
    EXPECT_EQ(typo.exit, Exit::WrongUse);
    EXPECT_EQ(typo.err, "gatehouse rule test: sql:1:10: expected WHERE or the end, found 'FORM'\n");
    EXPECT_EQ(test({"--topic", "a"}).exit, Exit::WrongUse);
    EXPECT_EQ(test({"--sql", "SELECT *"}).exit, Exit::WrongUse);
    EXPECT_EQ(test({"--sql", "SELECT *", "--topic", "a/#"}).exit, Exit::WrongUse);
    EXPECT_EQ(test({"--sql", "SELECT *", "--topic", "a", "--sql-version", "1"}).exit,
              Exit::WrongUse);
    EXPECT_EQ(test({"--sql", "SELECT *", "--topic", "a", "--answer", "{"}).exit, Exit::WrongUse);
    EXPECT_EQ(test({"--sql", "SELECT *", "--topic", "a", "--template", "${"}).exit, Exit::WrongUse);
}

}  // namespace
}  // namespace gatehouse::server
