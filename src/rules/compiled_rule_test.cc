#include "rules/compiled_rule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/function_calls.h"
#include "rules/topic_rule_record.h"

namespace gatehouse::rules {
namespace {

using registry::Refusal;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* role = "arn:aws:iam::000000000000:role/r";

RulePayload payload_with(const std::string& sql, const std::string& action) {
    RulePayload payload{.sql = sql, .version = sql::Version::V2016};
    payload.actions.emplace_back(action);
    return payload;
}

registry::Refused refusal_of(const RulePayload& payload) {
    auto compiled = compile_rule({}, RuleName("r"), payload, {});
    EXPECT_FALSE(compiled) << payload.sql;
    return compiled ? registry::Refused{} : compiled.error();
}

const std::string fine =
    R"({"republish":{"roleArn":"arn:aws:iam::000000000000:role/r","topic":"t"}})";

TEST(CompiledRules, StatementsThatAreWrongSayWhere) {
    const auto refused = refusal_of(payload_with("SELECT a FRM 'b'", fine));
    EXPECT_EQ(refused.refusal, Refusal::SqlParse);
    EXPECT_THAT(refused.message, HasSubstr("(line 1, column "));
    for (const char* filter : {"a/#/b", "$aws/rules/r/a", "$share/g/a", "a/b/c/d/e/f/g/h/i"}) {
        EXPECT_EQ(
            refusal_of(payload_with("SELECT * FROM '" + std::string(filter) + "'", fine)).refusal,
            Refusal::SqlParse)
            << filter;
    }
}

TEST(CompiledRules, FunctionsThatNobodyAnswersAreRefusedByName) {
    EXPECT_THAT(
        refusal_of(payload_with("SELECT get_thing_shadow('a', 'b') AS s FROM 'a'", fine)).message,
        HasSubstr("get_thing_shadow is not done here"));
    EXPECT_THAT(
        refusal_of(payload_with("SELECT * FROM 'a'",
                                R"({"republish":{"roleArn":"arn:aws:iam::000000000000:role/r",)"
                                R"("topic":"${get_secret('a','SecretString','b')}"}})"))
            .message,
        HasSubstr("get_secret is not done here"));
}

TEST(CompiledRules, ActionsThatAreWrongSayWhichMember) {
    const std::pair<const char*, const char*> wrong[] = {
        {R"({"iotEvents":{}})", "the action iotEvents is not done here"},
        {R"({"sendEmail":{}})", "there is no action of this name"},
        {R"({"lambda":{},"republish":{}})", "one member"},
        {R"({"lambda":{}})", "actions[0].lambda.functionArn is missing"},
        {R"({"lambda":{"functionArn":"f"}})", "is not the ARN of a function"},
        {R"({"republish":{"topic":"t"}})", "actions[0].republish.roleArn is missing"},
        {R"({"republish":{"topic":"t","roleArn":"r"}})", "is not the ARN of a role"},
        {R"({"republish":{"topic":"a/+","roleArn":"arn:aws:iam::000000000000:role/r"}})",
         "is no topic"},
        {R"({"republish":{"topic":"$$aws/events/presence/connected/x",)"
         R"("roleArn":"arn:aws:iam::000000000000:role/r"}})",
         "is a reserved topic"},
        {R"({"republish":{"topic":"t","qos":2,"roleArn":"arn:aws:iam::000000000000:role/r"}})",
         "actions[0].republish.qos"},
        {R"({"republish":{"topic":"${","roleArn":"arn:aws:iam::000000000000:role/r"}})",
         "actions[0].republish.topic"},
        {R"({"republish":{"topic":"t","roleArn":"arn:aws:iam::000000000000:role/r","x":1}})",
         "actions[0].republish.x is not known here"},
        {R"({"republish":{"topic":"t","roleArn":"arn:aws:iam::000000000000:role/r",)"
         R"("headers":{"userProperties":[{"key":"k"}]}}})",
         "actions[0].republish.headers.userProperties[0].value is missing"},
        {R"({"cloudwatchLogs":{"logGroupName":"g","batchMode":"yes",)"
         R"("roleArn":"arn:aws:iam::000000000000:role/r"}})",
         "batchMode is a string"},
    };
    for (const auto& [action, why] : wrong) {
        const auto refused = refusal_of(payload_with("SELECT * FROM 'a'", action));
        EXPECT_EQ(refused.refusal, Refusal::InvalidRequest) << action;
        EXPECT_THAT(refused.message, HasSubstr(why));
    }
}

TEST(CompiledRules, TopicsOfServicesAreWrittenWithTwoDollars) {
    const auto with_topic = [](const std::string& topic) {
        return payload_with("SELECT * FROM 'a'",
                            R"({"republish":{"roleArn":"arn:aws:iam::000000000000:role/r",)"
                            R"("topic":")" +
                                topic + "\"}}");
    };
    const CompileParts of_new{.actions = {.is_new = true}};
    const auto compiled = [&](const std::string& topic, const CompileParts& parts) {
        return compile_rule({}, RuleName("r"), with_topic(topic), parts).has_value();
    };
    EXPECT_TRUE(compiled("$$aws/things/t/shadow/update", of_new));
    EXPECT_FALSE(compiled("$aws/things/t/shadow/update", of_new));
    EXPECT_TRUE(compiled("$aws/things/t/shadow/update", {})) << "one that is there already";
}

TEST(CompiledRules, BoundsHold) {
    RulePayload payload = payload_with("SELECT * FROM 'a'", fine);
    payload.actions.assign(11, ActionText(fine));
    EXPECT_THAT(refusal_of(payload).message, HasSubstr("at most 10"));
    payload = payload_with("SELECT * FROM 'a'", fine);
    payload.description.assign(rule_bytes_max, 'x');
    EXPECT_EQ(refusal_of(payload).refusal, Refusal::InvalidRequest);
}

TEST(CompiledRules, ErrorActionsAskNobody) {
    RulePayload payload = payload_with("SELECT * FROM 'a'", fine);
    payload.error_action.emplace(R"({"republish":{"roleArn":"arn:aws:iam::000000000000:role/r",)"
                                 R"("topic":"${aws_lambda('arn','x')}"}})");
    EXPECT_THAT(refusal_of(payload).message, HasSubstr("cannot be used in an error action"));
}

TEST(CompiledRules, KnowTheRolesInWhoseNameTheyAct) {
    RulePayload payload = payload_with("SELECT * FROM 'a'", fine);
    payload.actions.emplace_back(fine);
    payload.error_action.emplace(
        R"({"republish":{"roleArn":"arn:aws:iam::000000000000:role/e","topic":"t"}})");
    const auto compiled = compile_rule({}, RuleName("r"), payload, {});
    ASSERT_TRUE(compiled) << compiled.error().message;
    EXPECT_THAT((*compiled)->role_arns(), ElementsAre(role, "arn:aws:iam::000000000000:role/e"));
}

TEST(CompiledRules, ARecordReadsBackAsItWasWritten) {
    TopicRule rule{.tenant = {},
                   .name = RuleName("r"),
                   .payload = payload_with("SELECT * FROM 'a'", fine),
                   .tags = {{"k", "v"}}};
    rule.payload.description = "d";
    rule.payload.is_disabled = true;
    rule.payload.error_action.emplace(fine);
    const storage::Record record{.key = key_of({}, rule.name), .body = encode(rule)};
    EXPECT_EQ(decode_topic_rule(record).value(), rule);
    EXPECT_EQ(decode_topic_rule({.key = record.key, .body = "{}"}).error().kind,
              ErrorKind::Corrupt);
}

TEST(TracingHeaders, HaveTheDigitsOfTheTraceId) {
    EXPECT_EQ(tracing_header("01234567-89ab-cdef-0123-456789abcdef"),
              "Root=1-01234567-89abcdef0123456789abcdef");
    EXPECT_EQ(tracing_header("none"), "");
}

}  // namespace
}  // namespace gatehouse::rules
