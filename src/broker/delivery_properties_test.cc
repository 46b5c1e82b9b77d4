// What the broker itself adds to a message: Subscription Identifiers and topic aliases of MQTT 5.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/test_broker.h"

namespace gatehouse::broker {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class DeliveryProperties : public ::testing::Test {
protected:
    DeliveryProperties() {
        publisher.connect();
        subscriber.version = mqtt::ProtocolVersion::V5;
    }
    SubscriptionOptions options(std::uint32_t identifier, int qos = 1) {
        return {.qos = static_cast<mqtt::Qos>(qos), .identifier = identifier};
    }
    Received only() {
        const auto all = subscriber.take();
        EXPECT_THAT(all, SizeIs(1));
        return all.empty() ? Received() : all.front();
    }
    AttachRequest with_aliases(std::uint16_t maximum, std::uint32_t packet_bytes_max = 1000) {
        AttachRequest request;
        request.topic_alias_maximum = maximum;
        request.packet_bytes_max = packet_bytes_max;
        return request;
    }

    TestBroker broker;
    FakeClient publisher{broker, "publisher"};
    FakeClient subscriber{broker, "subscriber"};
};

// [MQTT-3.3.4-3], [MQTT-3.3.4-4], [MQTT-3.3.4-5]
TEST_F(DeliveryProperties, TheIdentifiersOfAllMatchingSubscriptionsComeAlong) {
    subscriber.connect();
    ASSERT_TRUE(subscriber.subscribe("a/#", options(7)));
    ASSERT_TRUE(subscriber.subscribe("a/+", options(268'435'455)));
    ASSERT_TRUE(subscriber.subscribe("a/b", options(0)));
    ASSERT_TRUE(subscriber.subscribe("b/#", options(9)));
    publisher.publish("a/b", "both", 1);
    EXPECT_THAT(only().identifiers, UnorderedElementsAre(7, 268'435'455));
    publisher.publish("a/b/c", "one", 1);
    EXPECT_THAT(only().identifiers, ElementsAre(7));
    publisher.publish("b/x", "other", 0);
    EXPECT_THAT(only().identifiers, ElementsAre(9));
    // An identifier changes with the subscription.
    ASSERT_TRUE(subscriber.subscribe("b/#", options(10)));
    publisher.publish("b/x", "changed", 0);
    EXPECT_THAT(only().identifiers, ElementsAre(10));
    ASSERT_TRUE(subscriber.subscribe("b/#", options(0)));
    publisher.publish("b/x", "none", 0);
    EXPECT_THAT(only().identifiers, IsEmpty());
}

TEST_F(DeliveryProperties, OthersGetTheMessageWithoutThem) {
    FakeClient other(broker, "other");
    other.version = mqtt::ProtocolVersion::V5;
    other.connect();
    ASSERT_TRUE(other.subscribe("a/b", 1));
    subscriber.connect();
    ASSERT_TRUE(subscriber.subscribe("a/b", options(7)));
    FakeClient third(broker, "third");
    third.version = mqtt::ProtocolVersion::V5;
    third.connect();
    ASSERT_TRUE(third.subscribe("a/b", 1));
    publisher.publish("a/b", "x", 1);
    EXPECT_THAT(only().identifiers, ElementsAre(7));
    EXPECT_THAT(other.take().at(0).identifiers, IsEmpty());
    EXPECT_THAT(third.take().at(0).identifiers, IsEmpty());
}

TEST_F(DeliveryProperties, IdentifiersAreKeptInTheQueueWithTheExpiryBesideThem) {
    subscriber.connect(CleanStart::Yes, 3600);
    ASSERT_TRUE(subscriber.subscribe("a/b", options(7)));
    subscriber.disconnect();
    Publisher& from = publisher.lease.publisher();
    Bytes properties{0x02, 0, 0, 0, 100};
    from.publish(from.route_for("a/b"), {.payload = bytes_of("x"),
                                         .properties = properties,
                                         .expiry_seconds = 100,
                                         .expiry_at = 1,
                                         .qos = mqtt::Qos::AtLeastOnce});
    broker.advance(std::chrono::seconds(30));
    subscriber.connect(CleanStart::No, 3600);
    const Received received = only();
    EXPECT_THAT(received.identifiers, ElementsAre(7));
    EXPECT_EQ(received.expiry, 70U);
}

TEST_F(DeliveryProperties, RetainedMessagesCarryTheIdentifierOfTheNewSubscription) {
    publisher.publish("a/b", "kept", 1, Retain::Yes);
    subscriber.connect();
    ASSERT_TRUE(subscriber.subscribe("a/b", options(5)));
    EXPECT_THAT(only().identifiers, ElementsAre(5));
}

TEST_F(DeliveryProperties, ASharedSubscriptionHasAnIdentifierOfItsOwn) {
    subscriber.connect(CleanStart::Yes, 3600);
    ASSERT_TRUE(subscriber.subscribe("$share/g/a/b", options(3)));
    publisher.publish("a/b", "x", 1);
    EXPECT_THAT(only().identifiers, ElementsAre(3));
    // Another member gets it without.
    FakeClient other(broker, "other");
    other.version = mqtt::ProtocolVersion::V5;
    other.connect();
    ASSERT_TRUE(other.subscribe("$share/g/a/b", 1));
    subscriber.disconnect();
    const auto handed_on = other.take();
    ASSERT_THAT(handed_on, SizeIs(1));
    EXPECT_THAT(handed_on[0].identifiers, IsEmpty());
}

// [MQTT-3.1.2-26], [MQTT-3.1.2-27]
TEST_F(DeliveryProperties, ATopicIsSentOnceAndThenByItsAlias) {
    subscriber.connect(with_aliases(2));
    ASSERT_TRUE(subscriber.subscribe("#", 0));
    for (const char* topic : {"a", "b", "c", "a", "b", "c"}) publisher.publish(topic, "x");
    std::vector<std::pair<std::string, int>> seen;
    for (const Received& received : subscriber.take()) {
        seen.emplace_back(received.topic, received.alias);
    }
    EXPECT_THAT(seen, ElementsAre(std::pair("a", 1), std::pair("b", 2), std::pair("c", 0),
                                  std::pair("", 1), std::pair("", 2), std::pair("c", 0)));
    // They end with the connection.
    subscriber.connect(with_aliases(2));
    ASSERT_TRUE(subscriber.subscribe("#", 0));
    publisher.publish("a", "x");
    EXPECT_EQ(only().topic, "a");
    // [MQTT-3.1.2-27]
    subscriber.connect();
    ASSERT_TRUE(subscriber.subscribe("#", 0));
    publisher.publish("a", "x");
    EXPECT_EQ(only().alias, 0);
}

TEST_F(DeliveryProperties, WhatDoesNotFitWithAnAliasIsSentWithout) {
    const std::string payload(50, 'x');
    subscriber.connect(with_aliases(8, 56));  // 2 + 2 + 1 + 1 + 50
    ASSERT_TRUE(subscriber.subscribe("#", 0));
    publisher.publish("a", payload);
    EXPECT_EQ(only().alias, 0);
}

TEST_F(DeliveryProperties, AliasesAndIdentifiersGoTogether) {
    subscriber.connect(with_aliases(8));
    ASSERT_TRUE(subscriber.subscribe("#", options(4, 1)));
    for (int i = 0; i < 2; ++i) publisher.publish("a", "x", 1);
    const auto all = subscriber.take();
    ASSERT_THAT(all, SizeIs(2));
    EXPECT_EQ(all[1].topic, "");
    EXPECT_EQ(all[1].alias, 1);
    EXPECT_THAT(all[1].identifiers, ElementsAre(4));
}

}  // namespace
}  // namespace gatehouse::broker
