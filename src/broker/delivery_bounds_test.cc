// How many bytes sessions may keep, waiting and in flight.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "broker/delivery.h"
#include "broker/test_broker.h"

namespace gatehouse::broker {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class DeliveryBounds : public ::testing::Test {
protected:
    static constexpr std::size_t payload_size = 900;
    // Four messages of that size, not five.
    static constexpr std::uint32_t four = 4200;

    void start(std::size_t loops = 1) {
        broker.emplace(loops, settings);
        publisher.emplace(*broker, "publisher");
        publisher->connect();
    }
    FakeClient& persistent(FakeClient& client, int qos = 1) {
        AttachRequest request;
        request.clean_start = CleanStart::No;
        request.session_expiry_seconds = 60;
        request.receive_maximum = 65'535;
        client.connect(std::move(request)).subscribe("t/#", qos).value();
        return client;
    }
    void publish(int count, std::size_t size = payload_size, int qos = 1) {
        for (int i = 0; i < count; ++i) publisher->publish("t/1", std::string(size, 'x'), qos);
        broker->settle();
    }
    std::size_t in_flight() const {
        std::size_t bytes = 0;
        for (std::size_t i = 0; i < broker->broker->loop_count(); ++i) {
            bytes += broker->broker->shard(i).in_flight_bytes();
        }
        return bytes;
    }
    std::uint64_t dropped() const { return broker->dropped(DropCause::QueueFull); }

    BrokerSettings settings = TestBroker::default_settings();
    std::optional<TestBroker> broker;
    std::optional<FakeClient> publisher;
};

TEST_F(DeliveryBounds, WhatIsInFlightCountsTowardsTheSessionsBytes) {
    settings.limits.session_queue_bytes_max = four;
    start();
    FakeClient silent(*broker, "silent");
    persistent(silent);
    publish(10);
    const auto received = silent.take();
    EXPECT_THAT(received, SizeIs(4));
    EXPECT_EQ(dropped(), 6U);
    EXPECT_GT(in_flight(), 4 * payload_size);
    EXPECT_LE(in_flight(), four);
    silent.disconnect();
    EXPECT_GT(in_flight(), 0U) << "it is kept for the next connection";
    publish(1);
    EXPECT_EQ(dropped(), 7U);
    EXPECT_THAT(persistent(silent).take_and_acknowledge(), SizeIs(4));
    EXPECT_EQ(in_flight(), 0U);
    publish(4);
    EXPECT_THAT(silent.take_and_acknowledge(), SizeIs(4));
    EXPECT_EQ(dropped(), 7U);
}

TEST_F(DeliveryBounds, WhatIsNotKeptDoesNotCount) {
    settings.limits.session_queue_bytes_max = four;
    start();
    FakeClient transient(*broker, "transient");
    transient.connect().subscribe("t/#", 1).value();
    publish(10);
    EXPECT_THAT(transient.take(), SizeIs(10));
    EXPECT_EQ(in_flight(), 0U);
}

TEST_F(DeliveryBounds, OneMessageMayBeLarger) {
    settings.limits.session_queue_bytes_max = four;
    start();
    FakeClient client(*broker, "client");
    persistent(client);
    publish(2, 2 * std::size_t{four});
    EXPECT_THAT(client.take_and_acknowledge(), SizeIs(1));
    EXPECT_EQ(dropped(), 1U);
    publish(1, 2 * std::size_t{four});
    EXPECT_THAT(client.take_and_acknowledge(), SizeIs(1));
}

TEST_F(DeliveryBounds, WhoAcknowledgesIsNotStoppedByWhatOthersKeep) {
    settings.limits.queues_bytes_max = four;
    start();
    FakeClient away(*broker, "away");
    persistent(away).disconnect();
    publish(10);
    EXPECT_EQ(dropped(), 6U) << "all that there is room for waits";
    FakeClient quick(*broker, "quick");
    FakeClient silent(*broker, "silent");
    persistent(quick);
    persistent(silent);
    std::size_t received = 0;
    for (int i = 0; i < 100; ++i) {
        publish(1);
        received += quick.take_and_acknowledge().size();
    }
    EXPECT_EQ(received, 100U);
    EXPECT_LE(in_flight(), 64 * 1024U);
    EXPECT_GT(silent.take().size() * payload_size, 56 * 1024U) << "headers take some of 64 KiB";
}

TEST_F(DeliveryBounds, OneLoopMayUseWhatOthersDoNot) {
    settings.limits.queues_bytes_max = 10 * four;
    start(4);
    FakeClient away(*broker, "away");
    persistent(away).disconnect();
    publish(100);
    EXPECT_GE(persistent(away).take_and_acknowledge().size(), 36U);
}

TEST_F(DeliveryBounds, RetainedMessagesWaitForRoom) {
    settings.limits.session_queue_bytes_max = four;
    start();
    for (int i = 0; i < 20; ++i) {
        publisher->publish("t/" + std::to_string(i), std::string(payload_size, 'x'), 1,
                           Retain::Yes);
    }
    FakeClient client(*broker, "client");
    persistent(client);
    EXPECT_LE(in_flight() + broker->broker->shard(0).queued_bytes(), four);
    EXPECT_THAT(client.take_and_acknowledge(), SizeIs(20));
    EXPECT_EQ(dropped(), 0U);
}

TEST_F(DeliveryBounds, BytesComeAndGoWithTheirMessages) {
    start();
    FakeClient client(*broker, "client");
    persistent(client, 2);
    publish(1, payload_size, 2);
    const std::size_t one = in_flight();
    EXPECT_GT(one, payload_size);
    const auto received = client.take();
    ASSERT_THAT(received, SizeIs(1));
    EXPECT_TRUE(client.lease.note_received(received[0].id));
    EXPECT_EQ(in_flight(), 0U) << "its packet id alone is in flight";
    EXPECT_TRUE(client.lease.note_completed(received[0].id));
    publish(3);
    EXPECT_EQ(in_flight(), 3 * one);
    client.connect(CleanStart::Yes).disconnect();
    EXPECT_EQ(in_flight(), 0U) << "with the session";
}

TEST_F(DeliveryBounds, WhatGroupsGaveToTransientMembersCounts) {
    settings.limits.session_queue_bytes_max = four;
    start();
    FakeClient silent(*broker, "silent");
    silent.connect().subscribe("$share/g/t/#", 1).value();
    publish(10);
    EXPECT_THAT(silent.take(), SizeIs(4));
    EXPECT_LE(in_flight(), four);
    EXPECT_EQ(dropped(), 6U);
    FakeClient other(*broker, "other");
    other.connect().subscribe("$share/g/t/#", 1).value();
    silent.disconnect();
    broker->settle();
    EXPECT_THAT(other.take_and_acknowledge(), SizeIs(4));
    EXPECT_EQ(in_flight(), 0U);
}

TEST_F(DeliveryBounds, ADirectMessageEndsWithItsConnection) {
    start();
    FakeClient client(*broker, "client");
    persistent(client);
    const auto sent = broker->home_of("client").send_direct(
        Tenant{}, "client", "direct", {.payload = bytes_of("x"), .qos = mqtt::Qos::AtLeastOnce},
        {});
    ASSERT_TRUE(sent);
    EXPECT_THAT(client.take(), SizeIs(1));
    client.disconnect();
    persistent(client);
    EXPECT_THAT(client.take(), IsEmpty()) << "its sender was told that it failed";
    EXPECT_EQ(in_flight(), 0U);
}

TEST_F(DeliveryBounds, ADirectMessageNeedsRoom) {
    settings.limits.session_queue_bytes_max = four;
    start();
    FakeClient client(*broker, "client");
    persistent(client);
    const auto send = [&] {
        return broker->home_of("client").send_direct(
            Tenant{}, "client", "d",
            {.payload = BytesView(Bytes(payload_size)), .qos = mqtt::Qos::AtLeastOnce}, {});
    };
    for (int i = 0; i < 4; ++i) EXPECT_TRUE(send());
    const auto refused = send();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::Unavailable);
    EXPECT_THAT(client.take_and_acknowledge(), SizeIs(4));
    EXPECT_TRUE(send());
}

}  // namespace
}  // namespace gatehouse::broker
