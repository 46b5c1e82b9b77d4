#include "api/gatehouse/test_topic_rule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "api/gatehouse/gatehouse_fixture.h"
#include "base/json.h"

namespace gatehouse::api {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class TestTopicRuleTest : public GatehouseFixture {
protected:
    TestTopicRuleTest() { serve_with(nullptr); }

    net::HttpResponse ask(const json::object& request) {
        return call("gatehouse", "POST", "/gatehouse/v1/rule-tests", to_text(request));
    }
    json::value tested(const json::object& request) {
        const auto response = ask(request);
        EXPECT_EQ(response.status, 200u) << response.body;
        return parse_json(response.body, "the answer").value_or(json::object());
    }
    std::string refused(const json::object& request) {
        const auto response = ask(request);
        EXPECT_EQ(response.status, 400u) << response.body;
        EXPECT_EQ(error_type(response), "InvalidRequestException");
        return response.body;
    }
};

TEST_F(TestTopicRuleTest, SaysWhatActionsGet) {
    const auto answer = tested({{"sql", "SELECT t, clientid() AS who, accountid() AS a FROM 'a/+'"},
                                {"topic", "a/b"},
                                {"payload", R"({"t": 1})"},
                                {"clientId", "lamp"},
                                {"templates", {"x/${topic(2)}", "${missing}"}}});
    EXPECT_EQ(answer.at("matches"), true);
    EXPECT_EQ(answer.at("payload"), R"({"t":1,"who":"lamp","a":"123456789012"})");
    EXPECT_EQ(answer.at("templates").at(0).at("text"), "x/b");
    EXPECT_EQ(answer.at("templates").at(1).at("isUndefined"), true);
    EXPECT_EQ(answer.at("items").at(1).at("value"), "\"lamp\"");
}

TEST_F(TestTopicRuleTest, SaysWhyNot) {
    const auto cold = tested(
        {{"sql", "SELECT * FROM 'a' WHERE t > 50"}, {"topic", "a"}, {"payload", R"({"t": 5})"}});
    EXPECT_EQ(cold.at("matches"), false);
    EXPECT_EQ(cold.at("verdict"), "no match: WHERE is not true");
    EXPECT_FALSE(cold.as_object().contains("payload"));
    EXPECT_EQ(cold.at("condition").at(0).at("value"), "false");
    const auto asked = tested({{"sql", "SELECT aws_lambda('f', 1) AS r FROM 'a'"}, {"topic", "a"}});
    EXPECT_THAT(std::string(asked.at("verdict").as_string()), StartsWith("unknown: aws_lambda"));
    const auto answered = tested(
        {{"sql", "SELECT aws_lambda('f', 1) AS r FROM 'a'"}, {"topic", "a"}, {"answers", {"[7]"}}});
    EXPECT_EQ(answered.at("payload"), R"({"r":[7]})");
}

TEST_F(TestTopicRuleTest, BytesGoInAndOut) {
    const auto answer =
        tested({{"sql", "SELECT * FROM 'a'"}, {"topic", "a"}, {"binaryPayload", "/wA="}});
    EXPECT_EQ(answer.at("binaryPayload"), "/wA=");
    EXPECT_THAT(std::string(answer.at("payloadProblem").as_string()), HasSubstr("1:1"));
}

TEST_F(TestTopicRuleTest, SaysWhatIsWrong) {
    EXPECT_THAT(refused({{"sql", "SELECT a FORM 'a'"}, {"topic", "a"}}), HasSubstr("sql:1:10"));
    EXPECT_THAT(refused({{"sql", "SELECT *"}, {"topic", "a/#"}}), HasSubstr("topic a/#"));
    EXPECT_THAT(refused({{"sql", "SELECT *"}, {"topic", "a"}, {"templates", {"${"}}}),
                HasSubstr("template ${"));
    EXPECT_THAT(refused({{"sql", "SELECT *"}, {"topic", "a"}, {"answers", {"{"}}}),
                HasSubstr("number 1"));
    EXPECT_THAT(
        refused({{"sql", "SELECT *"}, {"topic", "a"}, {"payload", "1"}, {"binaryPayload", "MQ=="}}),
        HasSubstr("exclude"));
    refused({{"sql", "SELECT *"}, {"topic", "a"}, {"awsIotSqlVersion", "1"}});
}

// However many try statements, nobody else's work waits for theirs.
TEST_F(TestTopicRuleTest, IsRefusedWhileOthersTryTheirs) {
    std::promise<void> begun;
    std::promise<void> may_end;
    ASSERT_TRUE(rule_test_workers.post([&] {
        begun.set_value();
        may_end.get_future().wait();
    }));
    begun.get_future().wait();
    ASSERT_TRUE(rule_test_workers.post([] {}));
    const json::object request{{"sql", "SELECT *"}, {"topic", "a"}};
    const auto response = ask(request);
    EXPECT_EQ(response.status, 429u) << response.body;
    EXPECT_EQ(error_type(response), "LimitExceededException");
    may_end.set_value();
    while (ask(request).status == 429) continue;
    tested(request);
}

}  // namespace
}  // namespace gatehouse::api
