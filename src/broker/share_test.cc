// Shared subscriptions through the whole broker.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "broker/test_broker.h"

namespace gatehouse::broker {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::string_view jobs = "$share/workers/jobs/+";

// Client ids that live on the loop.
std::string id_on(TestBroker& broker, std::size_t loop, const std::string& stem) {
    for (int i = 0;; ++i) {
        std::string id = stem + std::to_string(i);
        if (broker.broker->home_of(Tenant{}, id) == loop) return id;
    }
}

class Share : public ::testing::TestWithParam<std::size_t> {
protected:
    FakeClient& client(const std::string& stem, std::size_t loop = 0) {
        clients.push_back(
            std::make_unique<FakeClient>(*broker, id_on(*broker, loop % GetParam(), stem)));
        return *clients.back();
    }
    FakeClient& worker(const std::string& stem, std::size_t loop = 0, std::uint32_t expiry = 0) {
        FakeClient& made = client(stem, loop).connect(CleanStart::Yes, expiry);
        EXPECT_TRUE(made.subscribe(jobs, 1));
        return made;
    }
    void publish(int count, int qos = 1) {
        for (int i = 0; i < count; ++i) {
            publisher().publish("jobs/a", std::to_string(published_++), qos);
        }
        broker->settle();
    }
    FakeClient& publisher() {
        if (publisher_ == nullptr) publisher_ = &client("publisher").connect();
        return *publisher_;
    }

    void start(BrokerSettings settings) {
        clients.clear();
        publisher_ = nullptr;
        broker = std::make_unique<TestBroker>(GetParam(), settings);
    }

    std::unique_ptr<TestBroker> broker = std::make_unique<TestBroker>(GetParam());
    std::vector<std::unique_ptr<FakeClient>> clients;

private:
    FakeClient* publisher_ = nullptr;
    int published_ = 0;
};

// Everybody on one loop, and everybody elsewhere than the others.
INSTANTIATE_TEST_SUITE_P(Loops, Share, ::testing::Values(1, 4));

TEST_P(Share, EachMessageGoesToOneMemberInTurn) {
    FakeClient& a = worker("a", 1);
    FakeClient& b = worker("b", 2);
    FakeClient& c = worker("c", 3);
    FakeClient& other = client("other", 2).connect();
    ASSERT_TRUE(other.subscribe("$share/auditors/jobs/#", 1));
    FakeClient& everything = client("everything", 1).connect();
    ASSERT_TRUE(everything.subscribe("jobs/#", 0));
    publish(9);
    EXPECT_THAT(a.take_and_acknowledge(), SizeIs(3));
    EXPECT_THAT(b.take_and_acknowledge(), SizeIs(3));
    EXPECT_THAT(c.take_and_acknowledge(), SizeIs(3));
    EXPECT_THAT(other.take_and_acknowledge(), SizeIs(9)) << "another group has its own copy";
    EXPECT_THAT(everything.take(), SizeIs(9)) << "and so have plain subscriptions";
}

TEST_P(Share, NothingComesAfterUnsubscribing) {
    FakeClient& a = worker("a", 1);
    FakeClient& b = worker("b", 2);
    EXPECT_TRUE(a.lease.unsubscribe(jobs));
    EXPECT_FALSE(a.lease.unsubscribe(jobs));
    publish(4);
    EXPECT_THAT(a.take(), IsEmpty());
    EXPECT_THAT(b.take_and_acknowledge(), SizeIs(4));
    EXPECT_TRUE(b.lease.unsubscribe(jobs));
    publish(1);
    EXPECT_THAT(b.take(), IsEmpty());
}

TEST_P(Share, AMemberWithMessagesWaitingIsPassedOver) {
    FakeClient& slow = client("slow", 1);
    AttachRequest request;
    request.receive_maximum = 1;
    slow.connect(std::move(request));
    ASSERT_TRUE(slow.subscribe(jobs, 1));
    FakeClient& quick = worker("quick", 2);
    publish(20);
    // One in flight and at most one waiting by the time that is known.
    EXPECT_LE(slow.take_and_acknowledge().size(), 2U + (GetParam() > 1 ? 8U : 0U));
    publish(20);
    EXPECT_FALSE(quick.take_and_acknowledge().empty());
}

TEST_P(Share, WhatADyingMemberDidNotAcknowledgeGoesToAnother) {
    FakeClient& dying = worker("dying", 1);
    FakeClient& other = worker("other", 2);
    publish(10);
    EXPECT_THAT(dying.take(), SizeIs(5));
    EXPECT_THAT(other.take_and_acknowledge(), SizeIs(5));
    dying.disconnect();
    broker->settle();
    EXPECT_THAT(other.take_and_acknowledge(), SizeIs(5));
}

TEST_P(Share, WhatAPersistentMemberDidNotAcknowledgeGoesToAnotherThatIsOnline) {
    FakeClient& leaving = worker("leaving", 1, 3600);
    publish(3);
    EXPECT_THAT(leaving.take(), SizeIs(3));
    leaving.disconnect();
    broker->settle();
    publish(2);
    FakeClient& late = worker("late", 2);
    broker->settle();
    EXPECT_THAT(late.take_and_acknowledge(), SizeIs(5)) << "in flight and queued, all of it";
    leaving.connect(CleanStart::No, 3600);
    EXPECT_THAT(leaving.take(), IsEmpty());
}

TEST_P(Share, PropertiesThatDoNotReadGoOnAsFarAsTheyDo) {
    FakeClient& leaving = worker("leaving", 1, 3600);
    // A text may not hold U+0000 [MQTT-1.5.4-2]; the expiry behind it is lost with it.
    constexpr std::string_view section("\x26\0\1k\0\1v\x26\0\1k\0\3a\0b\2\0\0\0\7", 21);
    Publisher& source = publisher().lease.publisher();
    source.publish(source.route_for("jobs/a"), {.payload = bytes_of("x"),
                                                .properties = bytes_of(section),
                                                .expiry_seconds = 7,
                                                .expiry_at = 17,
                                                .qos = mqtt::Qos::AtLeastOnce});
    broker->settle();
    leaving.disconnect();
    FakeClient& late = client("late", 2);
    late.version = mqtt::ProtocolVersion::V5;
    late.connect().subscribe(jobs, 1).value();
    broker->settle();
    const auto received = late.take_and_acknowledge();
    ASSERT_THAT(received, SizeIs(1));
    EXPECT_EQ(received[0].payload, "x");
    EXPECT_EQ(received[0].expiry, std::nullopt);
}

TEST_P(Share, QueuesForPersistentMembersWhileNobodyIsOnline) {
    FakeClient& a = worker("a", 1, 3600);
    FakeClient& b = worker("b", 2, 3600);
    a.disconnect();
    b.disconnect();
    publish(6);
    publish(1, 0);
    b.connect(CleanStart::No, 3600);
    broker->settle();
    EXPECT_THAT(b.take_and_acknowledge(), SizeIs(6)) << "whoever comes first gets all of it";
}

TEST_P(Share, WhatWaitedForAMemberComesToItSlowly) {
    auto settings = TestBroker::default_settings();
    settings.limits.shared_stored_messages_per_second_max = 3;
    settings.rates = Rates::Throttled;
    TestBroker slow(GetParam(), settings);
    FakeClient a(slow, id_on(slow, 1 % GetParam(), "a"));
    FakeClient b(slow, id_on(slow, 2 % GetParam(), "b"));
    FakeClient publisher(slow, id_on(slow, 0, "publisher"));
    publisher.connect();
    for (FakeClient* const each : {&a, &b}) {
        each->connect(CleanStart::Yes, 3600).subscribe(jobs, 1).value();
        each->disconnect();
    }
    for (int i = 0; i < 8; ++i) publisher.publish("jobs/a", "x", 1);
    slow.settle();
    b.connect(CleanStart::No, 3600);
    slow.settle();
    const auto received_now = [&] {
        std::size_t count = 0;
        while (const std::size_t more = b.take_and_acknowledge().size()) {
            count += more;
            slow.settle();
        }
        return count;
    };
    for (const std::size_t count : {3U, 3U, 2U}) {
        EXPECT_EQ(received_now(), count);
        slow.advance(std::chrono::seconds(1));
        slow.settle();
    }
}

TEST_P(Share, WithoutPersistentMembersNothingIsQueued) {
    FakeClient& a = worker("a", 1);
    a.disconnect();
    publish(3);
    a.connect();
    ASSERT_TRUE(a.subscribe(jobs, 1));
    broker->settle();
    EXPECT_THAT(a.take(), IsEmpty());
}

TEST_P(Share, AnEndedSessionLeavesItsMessagesToOfflineMembers) {
    FakeClient& brief = worker("brief", 1, 10);
    FakeClient& lasting = worker("lasting", 2, 3600);
    brief.disconnect();
    lasting.disconnect();
    publish(4);
    broker->advance(std::chrono::seconds(11));
    lasting.connect(CleanStart::No, 3600);
    EXPECT_THAT(lasting.take_and_acknowledge(), SizeIs(4));
}

// [MQTT-4.8.2-5]
TEST_P(Share, AQos2MessageThatWasSentStaysWithItsSession) {
    FakeClient& a = client("a", 1).connect(CleanStart::Yes, 3600);
    ASSERT_TRUE(a.subscribe(jobs, 2));
    publish(1, 2);
    EXPECT_THAT(a.take(), SizeIs(1));
    FakeClient& b = client("b", 2).connect();
    ASSERT_TRUE(b.subscribe(jobs, 2));
    a.disconnect();
    broker->settle();
    EXPECT_THAT(b.take(), IsEmpty());
    a.connect(CleanStart::No, 3600);
    const auto again = a.take();
    ASSERT_THAT(again, SizeIs(1));
    EXPECT_TRUE(again[0].dup);
}

TEST_P(Share, RetainedMessagesAreNotSent) {
    publisher().publish("jobs/a", "kept", 1, Retain::Yes);
    EXPECT_THAT(worker("a", 1).take(), IsEmpty());
}

TEST_P(Share, OptionsCanChange) {
    FakeClient& a = worker("a", 1);
    ASSERT_TRUE(a.subscribe(jobs, 0));
    publish(1);
    const auto received = a.take();
    ASSERT_THAT(received, SizeIs(1));
    EXPECT_EQ(received[0].qos, 0);
    std::vector<std::string> filters;
    a.lease.session().for_each_subscription(
        [&](const std::string& filter, const SubscriptionOptions&) { filters.push_back(filter); });
    EXPECT_THAT(filters, ElementsAre(jobs));
}

TEST_P(Share, AMemberThatMayNotReceiveTheTopicIsPassedOver) {
    FakeGuard guard;
    guard.denied["jobs/a"] = true;
    FakeClient& other = client("other");
    FakeClient& barred = client("barred");
    barred.guard = &guard;
    for (const Lasting lasting : {Lasting::Yes, Lasting::No}) {
        guard.lasting = lasting;
        for (FakeClient* each : {&barred, &other}) {
            each->connect();
            ASSERT_TRUE(each->subscribe(jobs, 1));
        }
        for (const int qos : {0, 1}) {
            publish(10, qos);
            EXPECT_EQ(other.take_and_acknowledge().size(), 10u) << qos;
        }
        EXPECT_TRUE(barred.take().empty());
        EXPECT_EQ(broker->dropped(DropCause::NotAllowed), lasting == Lasting::Yes ? 0u : 1u);
        other.disconnect();
        publish(1);
        EXPECT_EQ(broker->dropped(DropCause::NotAllowed), lasting == Lasting::Yes ? 1u : 2u)
            << "told where none may";
    }
}

// --- who has no room --------------------------------------------------------------------------

class FullShare : public Share {
protected:
    FullShare() {
        auto settings = TestBroker::default_settings();
        settings.limits.session_queue_messages_max = 3;
        start(settings);
    }
    // Fills its queue with what is its own.
    void fill(FakeClient& member) {
        ASSERT_TRUE(member.subscribe("own", 1));
        member.disconnect();
        for (int i = 0; i < 3; ++i) publisher().publish("own", "own", 1);
        broker->settle();
    }
    std::uint64_t dropped() const { return broker->dropped(DropCause::QueueFull); }
};

INSTANTIATE_TEST_SUITE_P(Loops, FullShare, ::testing::Values(1, 4));

TEST_P(FullShare, AMessageGoesToAMemberWhoseQueueHasRoom) {
    FakeClient& full = worker("full", 1, 3600);
    FakeClient& empty = worker("empty", 2, 3600);
    fill(full);
    empty.disconnect();
    publish(3);
    EXPECT_EQ(dropped(), 0U);
    // Nobody has room for these.
    publish(2);
    EXPECT_EQ(dropped(), 2U);
    full.connect(CleanStart::No, 3600);
    broker->settle();
    EXPECT_THAT(full.take_and_acknowledge(), SizeIs(6));
}

TEST_P(FullShare, WhoIsAwayGetsWhatTheOthersHaveNoRoomFor) {
    FakeClient& silent = client("silent", 1);
    AttachRequest request;
    request.receive_maximum = 1;
    silent.connect(std::move(request));
    ASSERT_TRUE(silent.subscribe(jobs, 1));
    FakeClient& away = worker("away", 2, 3600);
    away.disconnect();
    publish(7);
    EXPECT_EQ(dropped(), 0U) << "one in flight, three in the queue of each";
    EXPECT_THAT(silent.take(), SizeIs(1));
    publish(1);
    EXPECT_EQ(dropped(), 1U);
    silent.disconnect();
    broker->settle();
    away.connect(CleanStart::No, 3600);
    broker->settle();
    EXPECT_GE(away.take_and_acknowledge().size(), 3U);
}

TEST_P(FullShare, WhatHadToWaitComesBackToWhoIsOnline) {
    FakeClient& online = client("online", 1);
    AttachRequest request;
    request.receive_maximum = 1;
    online.connect(std::move(request));
    ASSERT_TRUE(online.subscribe(jobs, 1));
    FakeClient& away = worker("away", 2, 3600);
    away.disconnect();
    publish(7);
    EXPECT_EQ(dropped(), 0U) << "one in flight, three in the queue of each";
    std::vector<std::string> payloads;
    for (int i = 0; i < 50; ++i) {
        for (const Received& each : online.take_and_acknowledge()) {
            payloads.push_back(each.payload);
        }
        broker->advance(std::chrono::milliseconds(20));
    }
    EXPECT_THAT(payloads, testing::ElementsAre("0", "1", "2", "3", "4", "5", "6"));
    away.connect(CleanStart::No, 3600);
    broker->settle();
    EXPECT_THAT(away.take(), IsEmpty());
}

// Many more than the one who is online takes at a time.
TEST_P(FullShare, AllThatHadToWaitComesBack) {
    auto settings = TestBroker::default_settings();
    settings.limits.session_queue_messages_max = 1000;
    start(settings);
    FakeClient& online = client("online", 1);
    AttachRequest request;
    request.receive_maximum = 1;
    online.connect(std::move(request));
    ASSERT_TRUE(online.subscribe(jobs, 1));
    FakeClient& away = worker("away", 2, 3600);
    away.disconnect();
    publish(1900);
    std::set<std::string> payloads;
    for (int i = 0; i < 2000 && payloads.size() < 1900; ++i) {
        for (const Received& each : online.take_and_acknowledge()) {
            EXPECT_TRUE(payloads.insert(each.payload).second) << "twice: " << each.payload;
        }
        broker->advance(std::chrono::milliseconds(10));
    }
    EXPECT_THAT(payloads, SizeIs(1900));
    EXPECT_EQ(dropped(), 0U);
}

TEST_P(FullShare, WhoIsOnlineElsewhereComesBeforeWhoIsAway) {
    FakeClient& small = client("small", 1);
    AttachRequest request;
    request.packet_bytes_max = 60;
    small.connect(std::move(request));
    ASSERT_TRUE(small.subscribe(jobs, 1));
    FakeClient& other = worker("other", 2);
    FakeClient& away = worker("away", 1, 3600);
    away.disconnect();
    for (int i = 0; i < 6; ++i) publisher().publish("jobs/a", std::string(200, 'x'), 1);
    broker->settle();
    EXPECT_THAT(other.take_and_acknowledge(), SizeIs(6));
    // With no room there either, who is away has it, on whatever loop.
    other.disconnect();
    FakeClient& full = client("full", 2);
    AttachRequest one;
    one.receive_maximum = 1;
    full.connect(std::move(one));
    ASSERT_TRUE(full.subscribe(jobs, 1));
    for (int i = 0; i < 7; ++i) publisher().publish("jobs/a", std::string(200, 'x'), 1);
    broker->settle();
    EXPECT_EQ(dropped(), 0U);
    EXPECT_EQ(full.lease.session().queued_messages(), 3U);
    const Session* waiting = broker->home_of(away.id()).find(Tenant{}, away.id());
    EXPECT_EQ(waiting->queued_messages(), 3U);
}

TEST_P(FullShare, ThereIsRoomAgainOnceSomethingIsTaken) {
    FakeClient& one = worker("one", 1, 3600);
    FakeClient& other = worker("other", 2, 3600);
    fill(one);
    fill(other);
    const std::uint64_t before = dropped();
    publish(4);
    EXPECT_EQ(dropped(), before + 4);
    one.connect(CleanStart::No, 3600);
    EXPECT_THAT(one.take_and_acknowledge(), SizeIs(3));
    publish(4);
    EXPECT_THAT(one.take_and_acknowledge(), SizeIs(4));
    EXPECT_EQ(dropped(), before + 4);
}

TEST_P(FullShare, WhoHadNoRoomForOneMessageAloneGetsTheNext) {
    auto settings = TestBroker::default_settings();
    settings.limits.session_queue_bytes_max = 2000;
    start(settings);
    FakeClient& one = worker("one", 1, 3600);
    one.disconnect();
    publisher().publish("jobs/a", std::string(3000, 'x'), 1);
    broker->settle();
    EXPECT_EQ(dropped(), 1U);
    one.connect(CleanStart::No, 3600);
    FakeClient& other = worker("other", 2, 3600);
    publish(10);
    EXPECT_THAT(one.take_and_acknowledge(), SizeIs(5));
    EXPECT_THAT(other.take_and_acknowledge(), SizeIs(5));
}

TEST_P(FullShare, AMessageGoesToAMemberThatTakesPacketsOfItsSize) {
    FakeClient& narrow = client("narrow", 1);
    AttachRequest request;
    request.packet_bytes_max = 50;
    narrow.connect(std::move(request));
    ASSERT_TRUE(narrow.subscribe(jobs, 1));
    FakeClient& wide = worker("wide", 2);
    const std::string payload(100, 'x');
    for (const int qos : {0, 1}) {
        for (int i = 0; i < 6; ++i) {
            publisher().publish("jobs/a", payload, qos);
            broker->settle();
            wide.take_and_acknowledge();
        }
    }
    EXPECT_EQ(broker->dropped(DropCause::PacketTooLarge), 0U);
    EXPECT_THAT(narrow.take(), IsEmpty());
    wide.disconnect();
    publisher().publish("jobs/a", payload, 1);
    broker->settle();
    EXPECT_EQ(broker->dropped(DropCause::PacketTooLarge), 1U) << "told where nobody takes it";
}

}  // namespace
}  // namespace gatehouse::broker
