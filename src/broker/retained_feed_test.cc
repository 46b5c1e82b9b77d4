// Retained messages for new subscriptions, more than the output or the queue takes at once.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "broker/test_broker.h"

namespace gatehouse::broker {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr int many = 3000;

struct Feeding : ::testing::TestWithParam<int> {
    Feeding() {
        publisher.connect();
        for (int i = 0; i < many; ++i) {
            publisher.publish(topic(i), std::to_string(i), 2, Retain::Yes);
        }
        subscriber.connect();
        subscriber.room = 1024;
    }
    static std::string topic(int i) { return fmt::format("r/{:05}", i); }
    // Reads and acknowledges what there is.
    std::vector<std::string> read() {
        std::vector<std::string> payloads;
        for (const auto& received : subscriber.take()) {
            payloads.push_back(received.payload);
            if (received.qos == 1) subscriber.lease.acknowledge(received.id);
            if (received.qos != 2) continue;
            subscriber.lease.note_received(received.id);
            subscriber.lease.note_completed(received.id);
        }
        subscriber.lease.outbound_ready();
        broker.advance(std::chrono::milliseconds(1));
        return payloads;
    }
    std::vector<std::string> read_all() {
        std::vector<std::string> payloads;
        for (auto more = read(); !more.empty(); more = read()) {
            payloads.insert(payloads.end(), more.begin(), more.end());
        }
        return payloads;
    }

    TestBroker broker;
    FakeClient publisher{broker, "publisher"};
    FakeClient subscriber{broker, "subscriber"};
};

INSTANTIATE_TEST_SUITE_P(Qos, Feeding, ::testing::Values(0, 1, 2));

TEST_P(Feeding, AllArriveHoweverLittleTheOutputTakes) {
    subscriber.subscribe("r/#", GetParam()).value();
    const auto payloads = read_all();
    ASSERT_THAT(payloads, SizeIs(many));
    for (int i = 0; i < many; ++i) EXPECT_EQ(payloads[i], std::to_string(i));
    for (const DropCause cause : {DropCause::OutboundFull, DropCause::QueueFull}) {
        EXPECT_EQ(broker.dropped(cause), 0U);
    }
    EXPECT_LE(subscriber.lease.session().queued_messages(), 64U);
}

TEST_P(Feeding, OneSubscriptionFollowsTheOther) {
    subscriber.subscribe("r/#", GetParam()).value();
    subscriber.subscribe("r/00001", GetParam()).value();
    const auto payloads = read_all();
    ASSERT_THAT(payloads, SizeIs(many + 1));
    EXPECT_EQ(payloads.back(), "1");
}

// The new one comes once, and never the old one after it.
TEST_P(Feeding, WhatIsPublishedMeanwhileIsNotOvertakenByTheOldOne) {
    subscriber.subscribe("r/#", GetParam()).value();
    auto payloads = read();
    subscriber.room = 1 << 20;
    publisher.publish(topic(many - 1), "new", 2, Retain::Yes);
    publisher.publish(topic(many - 2), "", 2, Retain::Yes);
    for (const auto& more : read_all()) payloads.push_back(more);
    EXPECT_THAT(std::count(payloads.begin(), payloads.end(), "new"), 1);
    EXPECT_THAT(std::count(payloads.begin(), payloads.end(), std::to_string(many - 1)), 0);
    EXPECT_THAT(std::count(payloads.begin(), payloads.end(), std::to_string(many - 2)), 0);
    // The removal is a message, too; with QoS 0 it does not fit into the output.
    EXPECT_THAT(payloads, SizeIs(GetParam() == 0 ? many - 1 : many));
}

// [MQTT-3.10.4-2]
TEST_P(Feeding, UnsubscribingEndsIt) {
    subscriber.subscribe("r/#", GetParam()).value();
    subscriber.subscribe("r/00002", GetParam()).value();
    auto payloads = read();
    EXPECT_TRUE(subscriber.lease.unsubscribe("r/#"));
    for (const auto& more : read_all()) payloads.push_back(more);
    EXPECT_LT(payloads.size(), 300U) << "what was queued comes";
    EXPECT_EQ(payloads.back(), "2");
}

TEST_P(Feeding, ALastingSessionGetsTheRestLater) {
    subscriber.connect(CleanStart::No, 3600);
    subscriber.subscribe("r/#", GetParam()).value();
    std::set<std::string> payloads;
    for (const auto& payload : read()) payloads.insert(payload);
    subscriber.disconnect();
    subscriber.connect(CleanStart::No, 3600);
    for (const auto& payload : read_all()) payloads.insert(payload);
    // With QoS 0 what was in the output went with the connection.
    EXPECT_GE(payloads.size(), static_cast<std::size_t>(GetParam() == 0 ? many - 200 : many));
}

// Of a topic that was read already when another message came.
TEST_P(Feeding, TheNewestOfATopicComesLast) {
    subscriber.subscribe("r/#", GetParam()).value();
    std::vector<std::string> seen;
    const auto read_topic = [&] {
        const auto received = subscriber.take();
        for (const auto& each : received) {
            if (each.topic == topic(200)) seen.push_back(each.payload);
            if (each.qos == 1) subscriber.lease.acknowledge(each.id);
            if (each.qos != 2) continue;
            subscriber.lease.note_received(each.id);
            subscriber.lease.note_completed(each.id);
        }
        subscriber.lease.outbound_ready();
        broker.advance(std::chrono::milliseconds(1));
        return !received.empty();
    };
    read_topic();
    publisher.publish(topic(200), "new", 2, Retain::Yes);
    while (read_topic()) {
    }
    EXPECT_THAT(seen, ElementsAre("new"));
}

TEST_P(Feeding, TheOptionsAreThoseOfTheLastSubscription) {
    subscriber.version = mqtt::ProtocolVersion::V5;
    subscriber.connect();
    subscriber.subscribe("r/#", {.qos = static_cast<mqtt::Qos>(GetParam()), .identifier = 7})
        .value();
    subscriber
        .subscribe("r/#", {.qos = mqtt::Qos::AtMostOnce,
                           .retain_handling = mqtt::RetainHandling::DoNotSend,
                           .identifier = 8})
        .value();
    std::size_t old = 0;
    std::size_t all = 0;
    for (bool goes_on = true; goes_on;) {
        const auto received = subscriber.take();
        goes_on = !received.empty();
        all += received.size();
        for (const auto& each : received) {
            old += each.identifiers == std::vector<std::uint32_t>{7} ? 1 : 0;
            if (each.qos == 1) subscriber.lease.acknowledge(each.id);
            if (each.qos != 2) continue;
            subscriber.lease.note_received(each.id);
            subscriber.lease.note_completed(each.id);
        }
        subscriber.lease.outbound_ready();
        broker.advance(std::chrono::milliseconds(1));
    }
    EXPECT_EQ(all, std::size_t{many});
    EXPECT_LT(old, 200U) << "what was queued already";
}

// Others wait meanwhile.
TEST(FeedingBounds, NoTurnLooksAtAllTopicsForFiltersThatMatchFew) {
    TestBroker broker;
    FakeClient publisher{broker, "publisher"};
    FakeClient subscriber{broker, "subscriber"};
    publisher.connect();
    constexpr int topics = 20'000;
    for (int i = 0; i < topics; ++i) {
        publisher.publish(fmt::format("a/b/{}", i), "x", 1, Retain::Yes);
    }
    subscriber.connect();
    for (const int wanted : {topics - 1, 77}) {
        ASSERT_TRUE(subscriber.lease.subscribe(fmt::format("+/+/{}", wanted), {}));
    }
    subscriber.lease.send_retained();
    EXPECT_THAT(subscriber.take(), IsEmpty()) << "a part of the topics was looked at";
    int turns = 0;
    std::vector<std::string> found;
    while (found.size() < 2 && turns < 100) {
        ++turns;
        broker.advance(std::chrono::milliseconds(1));
        for (const Received& each : subscriber.take()) found.push_back(each.topic);
    }
    EXPECT_THAT(found, ElementsAre(fmt::format("a/b/{}", topics - 1), "a/b/77"));
    EXPECT_GE(turns, topics / 4096);
}

// Nothing is looked for twice, nor for a client that is gone, and what ends in between is not
// looked for any more.
TEST(FeedingBounds, AFeedThatWaitsForItsTurnMayEnd) {
    TestBroker broker;
    FakeClient publisher{broker, "publisher"};
    FakeClient subscriber{broker, "subscriber"};
    publisher.connect();
    for (int i = 0; i < 20'000; ++i) {
        publisher.publish(fmt::format("a/b/{}", i), "x", 0, Retain::Yes);
    }
    subscriber.connect(CleanStart::No, 3600);
    subscriber.subscribe("+/+/none").value();
    subscriber.subscribe("a/b/5").value();
    EXPECT_TRUE(subscriber.lease.unsubscribe("+/+/none"));
    broker.advance(std::chrono::milliseconds(1));
    EXPECT_THAT(subscriber.payloads(), SizeIs(1));
    subscriber.subscribe("+/+/9").value();
    subscriber.disconnect();
    broker.advance(std::chrono::milliseconds(1));
    subscriber.connect(CleanStart::No, 3600);
    for (int i = 0; i < 20; ++i) broker.advance(std::chrono::milliseconds(1));
    EXPECT_THAT(subscriber.payloads(), SizeIs(1)) << "a lasting session gets it when it is back";
}

TEST(FeedingBounds, NothingIsDroppedForAQueueThatIsShort) {
    BrokerSettings settings = TestBroker::default_settings();
    settings.limits.session_queue_bytes_max = 1000;
    TestBroker broker(1, settings);
    FakeClient publisher{broker, "publisher"};
    FakeClient subscriber{broker, "subscriber"};
    publisher.connect();
    for (int i = 0; i < 20; ++i) {
        publisher.publish("r/" + std::to_string(10 + i), std::string(i % 2 == 0 ? 200 : 700, 'x'),
                          1, Retain::Yes);
    }
    AttachRequest request;
    request.receive_maximum = 1;
    subscriber.connect(std::move(request));
    subscriber.subscribe("r/#", 1).value();
    EXPECT_THAT(subscriber.take_and_acknowledge(), SizeIs(20));
    EXPECT_EQ(broker.dropped(DropCause::QueueFull), 0U);
}

TEST_P(Feeding, AMessageThatExpiresMeanwhileIsNotSent) {
    Publisher& source = publisher.lease.publisher();
    source.publish(source.route_for("r/99999"), {.payload = bytes_of("brief"),
                                                 .expiry_seconds = 5,
                                                 .qos = mqtt::Qos::AtMostOnce,
                                                 .retain = Retain::Yes});
    subscriber.subscribe("r/#", GetParam()).value();
    auto payloads = read();
    broker.advance(std::chrono::seconds(6));
    for (const auto& more : read_all()) payloads.push_back(more);
    EXPECT_THAT(payloads, SizeIs(many));
}

}  // namespace
}  // namespace gatehouse::broker
