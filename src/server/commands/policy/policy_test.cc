#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/command_fixture.h"

namespace gatehouse::server {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr auto tutorial = R"({"Version":"2012-10-17","Statement":[
  {"Effect":"Allow","Action":"iot:Connect",
   "Resource":"arn:aws:iot:us-east-1:*:client/${iot:ClientId}"},
  {"Effect":"Allow","Action":"iot:Publish",
   "Resource":"arn:aws:iot:us-east-1:*:topic/${iot:ClientId}/*"}]})";

class PolicyCommands : public testing::Test {
protected:
    PolicyCommands() { policy = write("policy.json", tutorial); }
    std::string write(const std::string& name, std::string_view text) {
        std::ofstream(data.path() + "/" + name) << text;
        return data.path() + "/" + name;
    }
    Outcome explain(std::vector<std::string> words) {
        words.insert(words.begin(), {"policy", "explain", "--policy", policy});
        return run(words);
    }
    DataDirectory data;
    std::string policy;
};

TEST_F(PolicyCommands, ExplainSaysYesAndNo) {
    const Outcome yes = explain({"--action", "iot:Connect", "--client-id", "basicPubSub"});
    EXPECT_EQ(yes.exit, Exit::Done) << yes.err;
    const Outcome no =
        explain({"--action", "iot:Publish", "--topic", "test/topic", "--client-id", "basicPubSub"});
    EXPECT_EQ(no.exit, Exit::Failed);
    EXPECT_THAT(no.out, HasSubstr("basicPubSub/"));
    const Outcome region =
        explain({"--action", "iot:Connect", "--client-id", "basicPubSub", "--region", "us-east-2"});
    EXPECT_EQ(region.exit, Exit::Failed);
    EXPECT_THAT(region.out, HasSubstr("us-east-2"));
}

TEST_F(PolicyCommands, ExplainKnowsWhyAVariableHasNoValue) {
    const Outcome outcome = explain({"--action", "iot:Publish", "--topic", "a/b"});
    EXPECT_EQ(outcome.exit, Exit::Failed);
    EXPECT_THAT(outcome.out, HasSubstr("no --client-id was given"));
    EXPECT_EQ(
        explain({"--action", "iot:Publish", "--topic", "a/b", "--context", "iot:ClientId=a"}).exit,
        Exit::Done);
}

TEST_F(PolicyCommands, ExplainRefusesUnclearQuestions) {
    EXPECT_THAT(run({"policy", "explain"}).err, HasSubstr("--policy FILE is missing"));
    EXPECT_THAT(explain({}).err, HasSubstr("--action NAME is missing"));
    EXPECT_THAT(explain({"--action", "iot:Publish"}).err, HasSubstr("--topic"));
    EXPECT_THAT(explain({"--action", "iot:Publsh", "--topic", "a"}).err,
                HasSubstr("did you mean iot:Publish?"));
    EXPECT_THAT(explain({"--action", "iot:Publish", "--topic", "a", "--filter", "a"}).err,
                HasSubstr("one of"));
    EXPECT_EQ(explain({"--action", "iot:Publish", "--topic", "a", "--context", "x"}).exit,
              Exit::WrongUse);
    EXPECT_THAT(explain({"--action", "iot:Publish", "--topic", "a/+/b"}).err,
                HasSubstr("--filter"));
    for (const char* address : {"bogus", "10.0.0.1:80", "10.0.0.0/8"}) {
        const Outcome outcome =
            explain({"--action", "iot:Publish", "--topic", "a", "--source-ip", address});
        EXPECT_EQ(outcome.exit, Exit::WrongUse) << address;
        EXPECT_THAT(outcome.err, HasSubstr("--source-ip"));
    }
    EXPECT_EQ(explain({"--action", "iot:Connect", "--client-id", "basicPubSub", "--source-ip",
                       "2001:db8::1"})
                  .exit,
              Exit::Done);
}

TEST_F(PolicyCommands, ExplainTakesNoMorePoliciesThanADevice) {
    std::vector<std::string> words{"--action", "iot:Connect", "--client-id", "basicPubSub"};
    for (int i = 1; i < 10; ++i) {
        words.insert(words.end(), {"--policy", policy});
    }
    EXPECT_EQ(explain(words).exit, Exit::Done);  // it gives one itself
    words.insert(words.end(), {"--policy", policy});
    const Outcome outcome = explain(words);
    EXPECT_EQ(outcome.exit, Exit::WrongUse);
    EXPECT_THAT(outcome.err, HasSubstr("at most 10"));
}

TEST_F(PolicyCommands, ExplainKnowsTheTime) {
    policy = write("time.json", R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow",
      "Action":"iot:Publish","Resource":"*","Condition":{
        "DateGreaterThan":{"aws:CurrentTime":"2026-01-01T00:00:00Z"},
        "BoolIfExists":{"aws:SecureTransport":"true"}}}]})");
    const std::vector<std::string> words{"--action", "iot:Publish", "--topic", "a"};
    EXPECT_EQ(explain(words).exit, Exit::Done);
    for (const char* context : {"aws:CurrentTime=2025-12-31", "aws:SecureTransport=false"}) {
        auto more = words;
        more.insert(more.end(), {"--context", context});
        EXPECT_EQ(explain(more).exit, Exit::Failed) << context;
    }
}

// As a device meets it, whose connection has a clock and no such variable.
TEST_F(PolicyCommands, ExplainKnowsTheTimeAsAKeyAlone) {
    policy = write("time.json", R"({"Version":"2012-10-17","Statement":[
      {"Effect":"Allow","Action":"iot:Publish","Resource":"arn:aws:iot:*:*:topic/${aws:EpochTime}"},
      {"Effect":"Allow","Action":"iot:Publish","Resource":"*",
       "Condition":{"StringEquals":{"aws:CurrentTime":"${aws:CurrentTime}"}}}]})");
    const Outcome now = explain({"--action", "iot:Publish", "--topic", "a"});
    EXPECT_EQ(now.exit, Exit::Failed);
    EXPECT_THAT(now.out, HasSubstr("the time is known to conditions alone"));
    EXPECT_EQ(explain({"--action", "iot:Publish", "--topic", "1767225600", "--context",
                       "aws:EpochTime=1767225600"})
                  .exit,
              Exit::Failed);
}

TEST_F(PolicyCommands, UnreadablePoliciesAreNamedWithTheirPlace) {
    policy = write("broken.json", "{\"Version\":\"2012-10-17\",\n\"Statement\": [}");
    const Outcome outcome = explain({"--action", "iot:Publish", "--topic", "a"});
    EXPECT_EQ(outcome.exit, Exit::WrongUse);
    EXPECT_THAT(outcome.err, HasSubstr("broken.json"));
    EXPECT_THAT(outcome.err, HasSubstr("2"));
    EXPECT_EQ(run({"policy", "lint", policy}).exit, Exit::Failed);
    EXPECT_EQ(run({"policy", "lint", "/absent"}).exit, Exit::Failed);
}

TEST_F(PolicyCommands, LintFailsOnErrorsAlone) {
    const std::string mixed_up = write("mixed.json", R"({"Version":"2012-10-17","Statement":[
      {"Effect":"Allow","Action":"iot:Connect","Resource":"*"},
      {"Effect":"Allow","Action":"iot:Subscribe","Resource":"arn:aws:iot:us-east-1:1:topic/a"}]})");
    const Outcome wrong = run({"policy", "lint", mixed_up});
    EXPECT_EQ(wrong.exit, Exit::Failed);
    EXPECT_THAT(wrong.out, HasSubstr("topicfilter"));
    const Outcome fine = run({"policy", "lint", policy});
    EXPECT_EQ(fine.exit, Exit::Done) << fine.out;
    EXPECT_THAT(run({"policy", "lint", mixed_up, "--json"}).out, StartsWith("["));
    EXPECT_EQ(run({"policy", "lint", policy, "--admission", "magic"}).exit, Exit::WrongUse);
}

TEST_F(PolicyCommands, TestRunsATableBesideItsPolicies) {
    const auto table = [&](std::string_view expected) {
        return write("table.json", R"({"policies":[{"name":"device","file":"policy.json"}],
            "variables":{"iot:ClientId":"lamp"},"cases":[{"action":"iot:Publish",
            "resource":"topic/lamp/state","expect":")" +
                                       std::string(expected) + "\"}]}");
    };
    EXPECT_EQ(run({"policy", "test", table("allowed")}).exit, Exit::Done);
    const Outcome failed = run({"policy", "test", table("denied")});
    EXPECT_EQ(failed.exit, Exit::Failed);
    EXPECT_THAT(failed.out, HasSubstr("topic/lamp/state"));
    EXPECT_THAT(run({"policy", "test", "--help"}).out, HasSubstr("aws:CurrentTime"));
    const Outcome broken = run({"policy", "test", table("perhaps")});
    EXPECT_EQ(broken.exit, Exit::Failed);
    EXPECT_THAT(broken.err, HasSubstr("table.json"));
}

}  // namespace
}  // namespace gatehouse::server
