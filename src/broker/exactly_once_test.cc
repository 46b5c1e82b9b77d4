// QoS 2 between the broker and one client. Clauses are those of MQTT 5; 3.1.1 says the same.
#include <gtest/gtest.h>

#include "broker/test_broker.h"

namespace gatehouse::broker {
namespace {

constexpr std::uint32_t expiry = 3600;

class ExactlyOnce : public testing::Test {
protected:
    // One message in flight to the subscriber; its packet id.
    mqtt::PacketId send_one(CleanStart clean = CleanStart::Yes, std::uint32_t expires = 0) {
        subscriber.connect(clean, expires);
        subscriber.subscribe("t", 2).value();
        publisher.connect();
        publisher.publish("t", "one", 2);
        const auto received = subscriber.take();
        EXPECT_EQ(received.size(), 1U);
        EXPECT_EQ(received.at(0).qos, 2);
        return received.at(0).id;
    }
    std::size_t in_flight() { return subscriber.lease.session().in_flight_messages(); }

    TestBroker broker;
    FakeClient publisher{broker, "publisher"};
    FakeClient subscriber{broker, "subscriber"};
};

TEST_F(ExactlyOnce, GrantsAndDeliversTheLowerOfBoth) {
    subscriber.connect();
    EXPECT_EQ(subscriber.subscribe("t", 2).value(), mqtt::Qos::ExactlyOnce);
    publisher.connect();
    for (const int qos : {0, 1, 2}) publisher.publish("t", "x", qos);
    const auto received = subscriber.take();
    ASSERT_EQ(received.size(), 3U);
    for (const int qos : {0, 1, 2}) EXPECT_EQ(received[static_cast<std::size_t>(qos)].qos, qos);
}

TEST_F(ExactlyOnce, ThePacketIdIsTakenUntilPubcomp) {
    const auto id = send_one();
    EXPECT_FALSE(subscriber.lease.acknowledge(id));     // PUBACK is for QoS 1
    EXPECT_FALSE(subscriber.lease.note_completed(id));  // PUBREC comes first
    EXPECT_TRUE(subscriber.lease.note_received(id));
    EXPECT_TRUE(subscriber.lease.note_received(id));  // a repetition
    EXPECT_EQ(in_flight(), 1U);
    EXPECT_TRUE(subscriber.lease.note_completed(id));
    EXPECT_EQ(in_flight(), 0U);
    EXPECT_FALSE(subscriber.lease.note_completed(id));
    EXPECT_FALSE(subscriber.lease.note_received(id));
}

// 4.3.3: a PUBREC with a failure ends the exchange.
TEST_F(ExactlyOnce, ARefusedMessageIsOver) {
    const auto id = send_one();
    EXPECT_TRUE(subscriber.lease.note_refused(id));
    EXPECT_EQ(in_flight(), 0U);
}

// [MQTT-3.3.4-9]: PUBREC does not make room in the window, PUBCOMP does.
TEST_F(ExactlyOnce, TheWindowCountsToTheEnd) {
    AttachRequest request;
    request.receive_maximum = 1;
    subscriber.connect(std::move(request));
    subscriber.subscribe("t", 2).value();
    publisher.connect();
    publisher.publish("t", "one", 2);
    publisher.publish("t", "two", 2);
    const auto first = subscriber.take();
    ASSERT_EQ(first.size(), 1U);
    subscriber.lease.note_received(first[0].id);
    EXPECT_TRUE(subscriber.take().empty());
    subscriber.lease.note_completed(first[0].id);
    EXPECT_EQ(subscriber.payloads(), std::vector<std::string>{"two"});
}

// [MQTT-4.4.0-1]
TEST_F(ExactlyOnce, AResumedSessionGetsMessagesAndReleasesAgainInOrder) {
    const auto one = send_one(CleanStart::No, expiry);
    publisher.publish("t", "two", 2);
    const auto two = subscriber.take().at(0).id;
    publisher.publish("t", "three", 1);
    const auto three = subscriber.take().at(0).id;
    subscriber.lease.note_received(two);
    subscriber.disconnect();
    subscriber.connect(CleanStart::No, expiry);
    const auto again = subscriber.take();
    ASSERT_EQ(again.size(), 3U);
    EXPECT_EQ(again[0],
              (Received{.topic = "t", .payload = "one", .qos = 2, .dup = true, .id = one}));
    EXPECT_EQ(again[1], (Received{.topic = "PUBREL", .id = two}));
    EXPECT_EQ(again[2],
              (Received{.topic = "t", .payload = "three", .qos = 1, .dup = true, .id = three}));
    EXPECT_TRUE(subscriber.lease.note_completed(two));
    EXPECT_TRUE(subscriber.lease.note_received(one));
    EXPECT_TRUE(subscriber.lease.note_completed(one));
    EXPECT_TRUE(subscriber.lease.acknowledge(three));
    EXPECT_EQ(in_flight(), 0U);
}

// [MQTT-4.3.3-10]: what was not released is not passed on again, even on a later connection.
TEST_F(ExactlyOnce, UnreleasedIdsBelongToTheSession) {
    publisher.connect(CleanStart::No, expiry);
    EXPECT_FALSE(publisher.lease.is_unreleased(7));
    for (const mqtt::PacketId id : {7, 5, 65'535}) publisher.publish_held("t", id);
    EXPECT_EQ(publisher.lease.unreleased_of_connection(), 3U);
    publisher.disconnect();
    publisher.connect(CleanStart::No, expiry);
    EXPECT_TRUE(publisher.lease.is_unreleased(7));
    EXPECT_EQ(publisher.lease.unreleased_of_connection(), 0U);
    publisher.publish_held("t", 8);
    EXPECT_EQ(publisher.lease.unreleased_of_connection(), 1U);
    EXPECT_TRUE(publisher.lease.release(7));
    EXPECT_EQ(publisher.lease.unreleased_of_connection(), 1U);
    EXPECT_TRUE(publisher.lease.release(8));
    EXPECT_EQ(publisher.lease.unreleased_of_connection(), 0U);
    EXPECT_FALSE(publisher.lease.release(7));
    EXPECT_TRUE(publisher.lease.is_unreleased(5));
    publisher.disconnect();
    publisher.connect(CleanStart::Yes);
    EXPECT_FALSE(publisher.lease.is_unreleased(5));
}

}  // namespace
}  // namespace gatehouse::broker
