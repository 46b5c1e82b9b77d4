#include "rules/targets/mqtt_action.h"

#include "rules/targets/action_fixture.h"
#include "rules/targets/mqtt_door.h"

namespace gatehouse::rules {
namespace {

using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::SizeIs;

class RecordingMqttDoor final : public MqttDoor {
public:
    Result<void> may_use(const AccountId&, std::string_view target) const override {
        if (target == "factory") return {};
        return fail(ErrorKind::NotFound, "names no broker that the operator declared");
    }
    async::Task<Result<void>> publish(std::string target, MqttMessage message, Deadline) override {
        targets.push_back(std::move(target));
        messages.push_back(std::move(message));
        if (messages.back().topic == failing) {
            co_return fail(ErrorKind::NotAllowed, "The broker refused the message.");
        }
        co_return Result<void>();
    }

    std::string failing;
    std::vector<std::string> targets;
    std::vector<MqttMessage> messages;
};

class MqttActions : public ActionFixture {
protected:
    MqttActions() { wants_role = false; }
    ActionParts parts() override {
        ActionParts parts = ActionFixture::parts();
        parts.declared.mqtt = &brokers;
        return parts;
    }

    RecordingMqttDoor brokers;
};

TEST_F(MqttActions, AMessageIsWhatTheResultComesTo) {
    const std::string payload("\0\xFF", 2);
    EXPECT_EQ(
        perform(R"({"mqtt":{"target":"factory","topic":"plant/${topic(2)}"}})", payload, false),
        "done");
    EXPECT_EQ(perform(R"({"mqtt":{"target":"factory","topic":"t","qos":0,"retain":true}})", "{}"),
              "done");
    ASSERT_THAT(brokers.messages, SizeIs(2));
    EXPECT_EQ(brokers.targets.front(), "factory");
    EXPECT_EQ(brokers.messages[0].topic, "plant/lamp");
    EXPECT_EQ(brokers.messages[0].payload, payload);
    EXPECT_EQ(brokers.messages[0].qos, mqtt::Qos::AtLeastOnce);
    EXPECT_FALSE(brokers.messages[0].retain);
    EXPECT_EQ(brokers.messages[1].qos, mqtt::Qos::AtMostOnce);
    EXPECT_TRUE(brokers.messages[1].retain);
    EXPECT_EQ(made_action->name(), "MqttAction");
    EXPECT_EQ(made_action->resource(last_job), "t");
    EXPECT_THAT(made_action->resources(last_job),
                ::testing::ElementsAre(Pair("Target", "factory"), Pair("MqttTopic", "t")));
}

TEST_F(MqttActions, EachOfABatchHasItsOutcome) {
    const auto action = make(R"({"mqtt":{"target":"factory","topic":"${topic(2)}"}})").value();
    std::vector<Job> all;
    for (const char* topic : {"devices/a", "devices/b", "devices/c"}) {
        message = std::make_shared<const Message>(
            Message{.tenant = facts->tenant, .topic = topic, .payload = "{}", .trace_id = "t"});
        all.push_back(job("{}"));
    }
    brokers.failing = "b";
    const std::array<const Job*, 3> jobs{&all[0], &all[1], &all[2]};
    const auto outcomes = async::run_to_end(
        clock, action->perform_all(jobs, Deadline::after(clock, std::chrono::hours(1))));
    ASSERT_THAT(outcomes, SizeIs(3));
    EXPECT_EQ(told(outcomes[0]), "done");
    EXPECT_EQ(told(outcomes[1]), "not-allowed: The broker refused the message.");
    EXPECT_EQ(told(outcomes[2]), "done");
    EXPECT_EQ(brokers.messages[2].topic, "c") << "in their order";
}

TEST_F(MqttActions, WhatIsNoTopicFails) {
    EXPECT_THAT(perform(R"({"mqtt":{"target":"factory","topic":"a/${'#'}"}})", "{}"),
                HasSubstr("invalid-input: topic comes to"));
    EXPECT_THAT(brokers.messages, SizeIs(0));
}

TEST_F(MqttActions, MistakesAreNamed) {
    EXPECT_THAT(problem(R"({"mqtt":{"target":"other","topic":"t"}})"),
                HasSubstr("actions[0].mqtt.target names no broker that the operator declared"));
    EXPECT_THAT(problem(R"({"mqtt":{"target":"factory","topic":"a/#"}})"),
                HasSubstr("actions[0].mqtt.topic cannot be a topic"));
    EXPECT_THAT(problem(R"({"mqtt":{"target":"factory","topic":"a","qos":2}})"),
                HasSubstr("actions[0].mqtt.qos"));
    EXPECT_THAT(problem(R"({"mqtt":{"target":"factory"}})"), HasSubstr("actions[0].mqtt.topic"));
    EXPECT_THAT(problem(R"({"mqtt":{"target":"factory","topic":"a","headers":{}}})"),
                HasSubstr("actions[0].mqtt.headers"));
}

}  // namespace
}  // namespace gatehouse::rules
