#include "broker/delivery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "broker/publish_listener.h"
#include "broker/test_broker.h"

namespace gatehouse::broker {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

struct Pair {
    explicit Pair(BrokerSettings settings = TestBroker::default_settings())
        : broker(1, settings), publisher(broker, "publisher"), subscriber(broker, "subscriber") {
        publisher.connect();
    }
    TestBroker broker;
    FakeClient publisher;
    FakeClient subscriber;
};

AttachRequest persistent(std::uint16_t receive_maximum = 100) {
    AttachRequest request;
    request.clean_start = CleanStart::No;
    request.session_expiry_seconds = 60;
    request.receive_maximum = receive_maximum;
    return request;
}

TEST(Delivery, AMessageReachesWhoeverIsSubscribed) {
    Pair pair;
    pair.subscriber.connect().subscribe("a/+").value();
    EXPECT_EQ(pair.publisher.publish("a/b", "hello").receivers, 1U);
    EXPECT_EQ(pair.publisher.publish("b/b", "elsewhere").receivers, 0U);
    EXPECT_THAT(pair.subscriber.take(), ElementsAre(Received{.topic = "a/b", .payload = "hello"}));
}

TEST(Delivery, QosIsTheLowerOfPublishedAndGranted) {
    Pair pair;
    pair.subscriber.connect().subscribe("one", 1).value();
    pair.subscriber.subscribe("zero", 0).value();
    pair.publisher.publish("one", "x", 1);
    pair.publisher.publish("one", "x", 0);
    pair.publisher.publish("zero", "x", 1);
    std::vector<int> qos;
    for (const Received& received : pair.subscriber.take()) qos.push_back(received.qos);
    EXPECT_THAT(qos, ElementsAre(1, 0, 0));
}

TEST(Delivery, PacketIdsCountUpAndAreFreedByAcknowledgement) {
    Pair pair;
    pair.subscriber.connect().subscribe("t", 1).value();
    pair.publisher.publish("t", "1", 1);
    pair.publisher.publish("t", "2", 1);
    const auto received = pair.subscriber.take();
    ASSERT_THAT(received, SizeIs(2));
    EXPECT_EQ(received[0].id, 1);
    EXPECT_EQ(received[1].id, 2);
    EXPECT_EQ(pair.subscriber.lease.session().in_flight_messages(), 2U);
    EXPECT_TRUE(pair.subscriber.lease.acknowledge(2));
    EXPECT_FALSE(pair.subscriber.lease.acknowledge(2));
    EXPECT_FALSE(pair.subscriber.lease.acknowledge(9));
    EXPECT_TRUE(pair.subscriber.lease.acknowledge(1));
    pair.publisher.publish("t", "3", 1);
    EXPECT_EQ(pair.subscriber.take().at(0).id, 3);
}

TEST(Delivery, AFullWindowQueuesAndAnAcknowledgementSendsOn) {
    Pair pair;
    AttachRequest request;
    request.receive_maximum = 2;
    pair.subscriber.connect(std::move(request)).subscribe("t", 1).value();
    for (const char* payload : {"1", "2", "3", "4"}) pair.publisher.publish("t", payload, 1);
    EXPECT_THAT(pair.subscriber.payloads(), ElementsAre("1", "2"));
    EXPECT_EQ(pair.subscriber.lease.session().queued_messages(), 2U);
    pair.subscriber.lease.acknowledge(1);
    EXPECT_THAT(pair.subscriber.payloads(), ElementsAre("3"));
    pair.publisher.publish("t", "5", 1);
    pair.subscriber.lease.acknowledge(2);
    pair.subscriber.lease.acknowledge(3);
    EXPECT_THAT(pair.subscriber.payloads(), ElementsAre("4", "5"));
}

TEST(Delivery, QosZeroPassesAFullWindow) {
    Pair pair;
    AttachRequest request;
    request.receive_maximum = 1;
    pair.subscriber.connect(std::move(request)).subscribe("t", 1).value();
    pair.publisher.publish("t", "1", 1);
    pair.publisher.publish("t", "2", 1);
    pair.publisher.publish("t", "fast", 0);
    EXPECT_THAT(pair.subscriber.payloads(), ElementsAre("1", "fast"));
}

TEST(Delivery, AFullQueueDropsTheNewest) {
    auto settings = TestBroker::default_settings();
    settings.limits.session_queue_messages_max = 2;
    Pair pair(settings);
    AttachRequest request;
    request.receive_maximum = 1;
    pair.subscriber.connect(std::move(request)).subscribe("t", 1).value();
    for (const char* payload : {"1", "2", "3", "4"}) pair.publisher.publish("t", payload, 1);
    EXPECT_EQ(pair.broker.dropped(DropCause::QueueFull), 1U);
    std::vector<std::string> payloads;
    for (const auto& received : pair.subscriber.take_and_acknowledge()) {
        payloads.push_back(received.payload);
    }
    EXPECT_THAT(payloads, ElementsAre("1", "2", "3"));
}

TEST(Delivery, AllQueuesTogetherAreBounded) {
    auto settings = TestBroker::default_settings();
    settings.limits.queues_bytes_max = 4000;
    Pair pair(settings);
    FakeClient other(pair.broker, "other");
    for (FakeClient* client : {&pair.subscriber, &other}) {
        client->connect(persistent()).subscribe("t", 1).value();
        client->disconnect();
    }
    const std::string payload(900, 'x');
    for (int i = 0; i < 5; ++i) pair.publisher.publish("t", payload, 1);
    EXPECT_EQ(pair.broker.dropped(DropCause::QueueFull), 6U);
    // What is delivered, or ends with its session, makes room.
    EXPECT_THAT(pair.subscriber.connect(persistent()).take_and_acknowledge(), SizeIs(2));
    pair.subscriber.disconnect();
    other.connect(CleanStart::Yes).disconnect();
    for (int i = 0; i < 5; ++i) pair.publisher.publish("t", payload, 1);
    EXPECT_EQ(pair.broker.dropped(DropCause::QueueFull), 7U);
}

TEST(Delivery, AFullOutputDropsQosZeroAndQueuesQosOne) {
    Pair pair;
    pair.subscriber.connect().subscribe("t", 1).value();
    pair.subscriber.room = 10;
    pair.publisher.publish("t", "12345", 0);
    pair.publisher.publish("t", "lost", 0);
    pair.publisher.publish("t", "kept", 1);
    EXPECT_EQ(pair.broker.dropped(DropCause::OutboundFull), 1U);
    EXPECT_THAT(pair.subscriber.payloads(), ElementsAre("12345"));
    pair.subscriber.room = 1000;
    pair.subscriber.lease.outbound_ready();
    EXPECT_THAT(pair.subscriber.payloads(), ElementsAre("kept"));
}

TEST(Delivery, PacketsOverTheClientsMaximumAreDropped) {
    Pair pair;
    AttachRequest request;
    request.packet_bytes_max = 20;
    pair.subscriber.connect(std::move(request)).subscribe("t", 1).value();
    pair.publisher.publish("t", std::string(30, 'x'), 0);
    pair.publisher.publish("t", std::string(30, 'x'), 1);
    pair.publisher.publish("t", "fits", 1);
    EXPECT_EQ(pair.broker.dropped(DropCause::PacketTooLarge), 2U);
    EXPECT_THAT(pair.subscriber.payloads(), ElementsAre("fits"));
}

TEST(Delivery, TheGuardIsAskedOnceATopicUntilPoliciesChange) {
    Pair pair;
    FakeGuard guard;
    pair.subscriber.guard = &guard;
    pair.subscriber.connect().subscribe("#").value();
    for (int i = 0; i < 3; ++i) pair.publisher.publish("t", "x");
    EXPECT_EQ(guard.asked, 1);
    EXPECT_THAT(pair.subscriber.take(), SizeIs(3));
    guard.denied["t"] = true;
    pair.subscriber.lease.policies_changed(nullptr);
    pair.publisher.publish("t", "x");
    pair.publisher.publish("t", "x");
    EXPECT_EQ(guard.asked, 2);
    EXPECT_EQ(pair.broker.dropped(DropCause::NotAllowed), 2U);
    EXPECT_THAT(pair.subscriber.take(), IsEmpty());
}

TEST(Delivery, AnAnswerThatDoesNotLastIsAskedForEveryMessage) {
    Pair pair;
    FakeGuard guard;
    guard.lasting = Lasting::No;
    pair.subscriber.guard = &guard;
    pair.subscriber.connect().subscribe("#").value();
    for (int i = 0; i < 2; ++i) pair.publisher.publish("t", "x");
    EXPECT_EQ(guard.asked, 2);
    guard.denied["t"] = true;
    pair.publisher.publish("t", "x");
    EXPECT_EQ(pair.broker.dropped(DropCause::NotAllowed), 1U);
    guard.denied.clear();
    pair.publisher.publish("t", "x");
    EXPECT_THAT(pair.subscriber.take(), SizeIs(3));
}

TEST(Delivery, QueuedMessagesPassTheGuardWhenTheyAreSent) {
    Pair pair;
    FakeGuard guard;
    pair.subscriber.guard = &guard;
    pair.subscriber.connect(persistent()).subscribe("#", 1).value();
    pair.subscriber.disconnect();
    pair.publisher.publish("public", "1", 1);
    pair.publisher.publish("secret", "2", 1);
    guard.denied["secret"] = true;
    pair.subscriber.connect(persistent());
    EXPECT_EQ(pair.subscriber.lease.session_present(), SessionPresent::Yes);
    EXPECT_THAT(pair.subscriber.payloads(), ElementsAre("1"));
    EXPECT_EQ(pair.broker.dropped(DropCause::NotAllowed), 1U);
}

TEST(Delivery, TellsHowLongMessagesWaitedForASlowClient) {
    Pair pair;
    AttachRequest request;
    request.receive_maximum = 1;
    pair.subscriber.connect(std::move(request)).subscribe("t", 1).value();
    for (const char* payload : {"at once", "later"}) pair.publisher.publish("t", payload, 1);
    pair.broker.advance(std::chrono::milliseconds(300));
    pair.subscriber.lease.acknowledge(1);
    EXPECT_THAT(pair.subscriber.payloads(), ElementsAre("at once", "later"));
    const Histogram::Reading times = pair.broker.broker->queue_times();
    EXPECT_EQ(std::accumulate(times.counts.begin(), times.counts.end(), std::uint64_t{0}), 1U);
    EXPECT_EQ(times.nanoseconds, 300'000'000U);
}

TEST(Delivery, UnacknowledgedMessagesAreSentAgainOnResume) {
    Pair pair;
    pair.subscriber.connect(persistent()).subscribe("t", 1).value();
    for (const char* payload : {"1", "2", "3"}) pair.publisher.publish("t", payload, 1);
    pair.subscriber.take();
    pair.subscriber.lease.acknowledge(2);
    pair.subscriber.disconnect();
    pair.publisher.publish("t", "4", 1);
    pair.publisher.publish("t", "not stored", 0);
    pair.subscriber.connect(persistent());
    EXPECT_THAT(pair.subscriber.take(),
                ElementsAre(Received{.topic = "t", .payload = "1", .qos = 1, .dup = true, .id = 1},
                            Received{.topic = "t", .payload = "3", .qos = 1, .dup = true, .id = 3},
                            Received{.topic = "t", .payload = "4", .qos = 1, .id = 4}));
}

TEST(Delivery, AResumeThatDoesNotFitGoesOnWhenThereIsRoom) {
    Pair pair;
    pair.subscriber.connect(persistent()).subscribe("t", 1).value();
    for (const char* payload : {"1", "2", "3"}) pair.publisher.publish("t", payload, 1);
    pair.subscriber.disconnect();
    pair.publisher.publish("t", "4", 1);
    pair.subscriber.room = 17;  // two packets of eight bytes
    pair.subscriber.connect(persistent());
    pair.publisher.publish("t", "5", 1);
    EXPECT_THAT(pair.subscriber.payloads(), ElementsAre("1", "2"));
    pair.subscriber.lease.outbound_ready();
    EXPECT_THAT(pair.subscriber.payloads(), ElementsAre("3", "4"));
    pair.subscriber.lease.outbound_ready();
    EXPECT_THAT(pair.subscriber.payloads(), ElementsAre("5"));
}

TEST(Delivery, MessagesUnacknowledgedForTooLongAreGivenUp) {
    auto settings = TestBroker::default_settings();
    settings.limits.retry_seconds_max = 10;
    Pair pair(settings);
    pair.subscriber.connect(persistent()).subscribe("t", 1).value();
    pair.publisher.publish("t", "1", 1);
    pair.broker.advance(std::chrono::seconds(6));
    pair.subscriber.disconnect();
    pair.broker.advance(std::chrono::seconds(50));
    pair.subscriber.connect(persistent());
    EXPECT_THAT(pair.subscriber.take(), SizeIs(1)) << "it was there for 6 seconds";
    pair.broker.advance(std::chrono::seconds(5));
    pair.subscriber.disconnect();
    pair.subscriber.connect(persistent());
    EXPECT_THAT(pair.subscriber.take(), IsEmpty());
    EXPECT_EQ(pair.broker.dropped(DropCause::RetryExceeded), 1U);
    EXPECT_EQ(pair.subscriber.lease.session().in_flight_messages(), 0U);
}

TEST(Delivery, ManyReceiversGetTheirOwnForm) {
    TestBroker broker;
    FakeClient publisher(broker, "publisher");
    FakeClient old(broker, "old");
    FakeClient fresh(broker, "new");
    FakeClient kept(broker, "kept");
    fresh.version = kept.version = mqtt::ProtocolVersion::V5;
    publisher.connect();
    old.connect().subscribe("t", 1).value();
    fresh.connect().subscribe("t", 0).value();
    kept.connect()
        .subscribe("t", SubscriptionOptions{.qos = mqtt::Qos::AtLeastOnce,
                                            .retain_as_published = RetainAsPublished::Yes})
        .value();
    // User property "a" = "b", then a message expiry of 9 seconds.
    const std::uint8_t properties[] = {0x26, 0, 1, 'a', 0, 1, 'b', 0x02, 0, 0, 0, 9};
    Publisher& from = publisher.lease.publisher();
    from.publish(from.route_for("t"), {.payload = bytes_of("x"),
                                       .properties = properties,
                                       .expiry_seconds = 9,
                                       .expiry_at = 8,
                                       .qos = mqtt::Qos::AtLeastOnce,
                                       .retain = Retain::Yes});
    EXPECT_THAT(old.take(), ElementsAre(Received{.topic = "t", .payload = "x", .qos = 1, .id = 1}));
    EXPECT_THAT(fresh.take(), ElementsAre(Received{.topic = "t", .payload = "x", .expiry = 9}));
    EXPECT_THAT(kept.take(),
                ElementsAre(Received{
                    .topic = "t", .payload = "x", .qos = 1, .retain = true, .id = 1, .expiry = 9}));
}

TEST(Delivery, WaitingMessagesExpireAndTellTheTimeTheyHaveLeft) {
    Pair pair;
    pair.subscriber.version = mqtt::ProtocolVersion::V5;
    pair.subscriber.connect(persistent()).subscribe("t", 1).value();
    pair.subscriber.disconnect();
    Publisher& from = pair.publisher.lease.publisher();
    for (const std::uint8_t expiry : {5, 30}) {
        const std::uint8_t properties[] = {0x02, 0, 0, 0, expiry};
        from.publish(from.route_for("t"), {.payload = bytes_of("x"),
                                           .properties = properties,
                                           .expiry_seconds = expiry,
                                           .expiry_at = 1,
                                           .qos = mqtt::Qos::AtLeastOnce});
    }
    pair.broker.advance(std::chrono::seconds(10));
    pair.subscriber.connect(persistent());
    EXPECT_THAT(
        pair.subscriber.take(),
        ElementsAre(Received{.topic = "t", .payload = "x", .qos = 1, .id = 1, .expiry = 20}));
    EXPECT_EQ(pair.broker.dropped(DropCause::Expired), 1U);
}

TEST(Delivery, RatesAreCountedOrHeldBack) {
    auto settings = TestBroker::default_settings();
    settings.limits.connection_publishes_per_second_max = 2;
    Pair counted(settings);
    counted.subscriber.connect().subscribe("t", 1).value();
    for (int i = 0; i < 4; ++i) counted.publisher.publish("t", "x", 1);
    EXPECT_THAT(counted.subscriber.take(), SizeIs(4));
    EXPECT_EQ(counted.broker.broker->shard(0).counters().over_rate.value(), 4U);

    settings.rates = Rates::Throttled;
    Pair held(settings);
    held.subscriber.connect().subscribe("t", 1).value();
    Publisher from(held.broker.home_of("publisher"), Tenant{});
    for (const char* payload : {"1", "2", "3", "4", "5"}) {
        from.publish(from.route_for("t"),
                     {.payload = bytes_of(payload), .qos = mqtt::Qos::AtLeastOnce});
    }
    from.publish(from.route_for("t"), {.payload = bytes_of("lost")});
    EXPECT_THAT(held.subscriber.payloads(), ElementsAre("1", "2"));
    EXPECT_EQ(held.broker.dropped(DropCause::RateExceeded), 1U);
    held.broker.advance(std::chrono::seconds(1));
    EXPECT_THAT(held.subscriber.payloads(), ElementsAre("3", "4"));
    held.broker.advance(std::chrono::seconds(1));
    EXPECT_THAT(held.subscriber.payloads(), ElementsAre("5"));

    held.publisher.publish("t", "x");
    held.publisher.publish("t", "x");
    EXPECT_EQ(held.publisher.publish("t", "x").rate, PublishRate::Exceeded);
}

// A subscriber that was away while these came, where so much of it is sent a second.
struct Resuming : Pair {
    Resuming(std::uint32_t stored_per_second, const std::vector<std::string>& stored)
        : Pair(held_back(stored_per_second)) {
        subscriber.connect(CleanStart::No, 3600).subscribe("t", 1).value();
        subscriber.disconnect();
        for (const std::string& payload : stored) publisher.publish("t", payload, 1);
    }
    static BrokerSettings held_back(std::uint32_t stored_per_second) {
        auto settings = TestBroker::default_settings();
        settings.limits.stored_messages_per_second_max = stored_per_second;
        settings.rates = Rates::Throttled;
        return settings;
    }
};

TEST(Delivery, WhatIsStoredComesSlowlyAndLetsTheNewPass) {
    Resuming pair(2, {"1", "2", "3", "4", "5"});
    pair.subscriber.connect(CleanStart::No, 3600);
    EXPECT_THAT(pair.subscriber.payloads(), ElementsAre("1", "2"));
    pair.publisher.publish("t", "new", 1);
    EXPECT_THAT(pair.subscriber.payloads(), ElementsAre("new"));
    pair.broker.advance(std::chrono::seconds(1));
    EXPECT_THAT(pair.subscriber.payloads(), ElementsAre("3", "4"));
    // What it was not sent before it went away again is still stored.
    pair.subscriber.disconnect();
    pair.broker.advance(std::chrono::seconds(1));
    pair.subscriber.connect(CleanStart::No, 3600);
    EXPECT_THAT(pair.subscriber.payloads(), ElementsAre("1", "2", "new", "3", "4", "5"));
}

TEST(Delivery, ANewMessageThatHasToWaitPassesWhatIsStored) {
    Resuming pair(2, {"1", "2", "3", "4"});
    AttachRequest request{.client_id = ClientId(pair.subscriber.id()),
                          .clean_start = CleanStart::No,
                          .session_expiry_seconds = 3600,
                          .receive_maximum = 2};
    pair.subscriber.connect(std::move(request));
    for (const char* payload : {"new", "newer"}) pair.publisher.publish("t", payload, 1);
    std::vector<std::string> payloads;
    for (const Received& each : pair.subscriber.take_and_acknowledge()) {
        payloads.push_back(each.payload);
    }
    EXPECT_THAT(payloads, ElementsAre("1", "2", "new", "newer")) << "1 and 2 fill the window";
}

TEST(Delivery, RetainedMessagesDoNotWaitForWhatIsStored) {
    Resuming pair(1, std::vector<std::string>(100, "stored"));
    pair.publisher.publish("kept", "retained", 1, Retain::Yes);
    pair.subscriber.connect(CleanStart::No, 3600);
    pair.subscriber.take_and_acknowledge();
    pair.subscriber.subscribe("kept", 1).value();
    EXPECT_THAT(pair.subscriber.payloads(), ElementsAre("retained"));
}

TEST(Delivery, BytesHaveARateOfTheirOwn) {
    auto settings = TestBroker::default_settings();
    settings.limits.connection_bytes_per_second_max = 100;
    settings.rates = Rates::Throttled;
    Pair pair(settings);
    pair.subscriber.connect().subscribe("t", 1).value();
    const std::string half(50, 'x');
    EXPECT_EQ(pair.publisher.publish("t", half, 1).rate, PublishRate::Within);
    EXPECT_EQ(pair.publisher.publish("t", half, 1).rate, PublishRate::Within);
    EXPECT_EQ(pair.publisher.publish("t", "x", 1).rate, PublishRate::Exceeded);
    EXPECT_THAT(pair.subscriber.take(), SizeIs(1)) << "the frame is larger than its payload";
    pair.broker.advance(std::chrono::seconds(1));
    EXPECT_THAT(pair.subscriber.take(), SizeIs(2));
    EXPECT_EQ(pair.publisher.publish("t", half).rate, PublishRate::Within);
}

TEST(RetainedLimit, IsToldWithQoS1And2AndPassedOnWithQoS0) {
    BrokerSettings settings = TestBroker::default_settings();
    settings.limits.retained_messages_max = 1;
    TestBroker broker(1, settings);
    FakeClient from(broker, "from");
    FakeClient to(broker, "to");
    from.connect();
    to.connect();
    ASSERT_TRUE(to.subscribe("t/+", 2));
    EXPECT_EQ(from.publish("t/1", "a", 1, Retain::Yes).kept, Kept::Yes);
    EXPECT_EQ(from.publish("t/2", "b", 1, Retain::Yes).kept, Kept::NotRetained);
    Publisher& publisher = from.lease.publisher();
    const Publication exactly_once{.payload = bytes_of("c"),
                                   .qos = mqtt::Qos::ExactlyOnce,
                                   .retain = Retain::Yes,
                                   .packet_id = 9};
    EXPECT_EQ(publisher.publish(publisher.route_for("t/2"), exactly_once).kept, Kept::NotRetained);
    EXPECT_FALSE(from.lease.is_unreleased(9));
    EXPECT_EQ(from.publish("t/2", "d", 0, Retain::Yes).kept, Kept::NotRetained);
    EXPECT_EQ(from.publish("t/2", "", 1, Retain::Yes).kept, Kept::Yes);
    EXPECT_EQ(from.publish("t/1", "e", 1, Retain::Yes).kept, Kept::Yes);
    EXPECT_EQ(to.payloads(), (std::vector<std::string>{"a", "d", "", "e"}));
    EXPECT_EQ(broker.broker->shard(0).counters().retained_refused.value(), 3u);
}

class Hearing final : public PublishListener {
public:
    ListenerAnswer on_publish(const Publisher&, Route&, const Publication& publication,
                              Keeping) override {
        heard.emplace_back(text_of(publication.payload));
        return Disposition::Deliver;
    }
    bool wants(const Tenant&, std::string_view) const override { return true; }
    std::vector<std::string> heard;
};

TEST(RetainedLimit, WhatIsRefusedIsHeardByNobody) {
    BrokerSettings settings = TestBroker::default_settings();
    settings.limits.retained_messages_max = 1;
    Hearing listener;
    TestBroker broker(1, settings, &listener);
    FakeClient from(broker, "from");
    from.connect();
    EXPECT_EQ(from.publish("t/1", "a", 1, Retain::Yes).kept, Kept::Yes);
    EXPECT_EQ(from.publish("t/2", "refused", 1, Retain::Yes).kept, Kept::NotRetained);
    EXPECT_EQ(from.publish("t/2", "passed on", 0, Retain::Yes).kept, Kept::NotRetained);
    EXPECT_EQ(listener.heard, (std::vector<std::string>{"a", "passed on"}));
}

TEST(ServersOwn, IsNotCountedAsTakenFromPublishers) {
    TestBroker broker;
    Publisher server(broker.broker->shard(0), Tenant{});
    for (const char* topic : {"$SYS/broker/uptime", "t"}) {
        server.publish(server.route_for(topic), {.payload = bytes_of("x")});
    }
    EXPECT_EQ(broker.broker->shard(0).counters().published[0].value(), 1u);
    EXPECT_EQ(broker.broker->shard(0).counters().published_bytes[0].value(), 1u);
}

}  // namespace
}  // namespace gatehouse::broker
