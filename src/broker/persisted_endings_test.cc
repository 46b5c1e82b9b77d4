// What ends over a restart: sessions, their wills, and what groups gave them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "broker/persisted_broker.h"

namespace gatehouse::broker {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

using PersistedEndings = PersistedBroker;

INSTANTIATE_TEST_SUITE_P(Loops, PersistedEndings, ::testing::Values(1, 3));

TEST_P(PersistedEndings, WillsSurvive) {
    AttachRequest request = with_will();
    request.will->delay_seconds = 10;
    FakeClient& a = client("a").connect(std::move(request));
    FakeClient& watcher = persistent("watcher");
    ASSERT_TRUE(watcher.subscribe("will", 0));
    flush(a);
    flush(watcher);
    crash();
    FakeClient& again = persistent("watcher");
    broker->advance(std::chrono::seconds(9));
    EXPECT_THAT(again.take(), IsEmpty());
    broker->advance(std::chrono::seconds(2));
    const auto received = receive(again, 1);
    ASSERT_THAT(received, SizeIs(1)) << "the crash was the connection's end";
    EXPECT_EQ(received[0].payload, "gone");
    flush(again);
    flush(persistent(id_on(loop_of("a"), "other")));  // its session is without the will
    crash();
    FakeClient& later = persistent("watcher");
    broker->advance(std::chrono::seconds(20));
    EXPECT_THAT(later.take(), IsEmpty()) << "published once";
}

// The session's row without the will is on disk, the will's message is not.
TEST_P(PersistedEndings, AWillThatIsBeingPublishedSurvives) {
    const std::string mortal = id_on(0, "mortal");
    const std::string watcher = id_on(last_loop(), "watcher");
    for (const auto clean : {CleanStart::No, CleanStart::Yes}) {
        FakeClient& online = persistent(watcher);
        online.subscribe("will", 1).value();
        AttachRequest request = with_will(CleanStart::Yes);
        request.will->qos = mqtt::Qos::AtLeastOnce;
        FakeClient& a = client(mortal).connect(std::move(request));
        flush(a);
        flush(online);
        client(mortal).connect(clean, clean == CleanStart::Yes ? 0 : 3600);  // takes it over
        EXPECT_EQ(a.ended, EndReason::TakenOver);
        ASSERT_TRUE(settles_alone(0, [&] {
            return on_disk(
                       "SELECT count(*) FROM sessions WHERE substr(client_id, 1, 1) != x'00'"
                       " AND length(will) != 0") == 0;
        }));
        EXPECT_EQ(on_disk("SELECT count(*) FROM messages"), 0);
        crash();
        FakeClient& again = persistent(watcher);
        broker->advance(std::chrono::seconds(1));
        const auto received = receive(again, 1);
        ASSERT_THAT(received, SizeIs(1));
        EXPECT_EQ(received[0].payload, "gone");
        flush(again);
        crash();
        broker->advance(std::chrono::seconds(1));
        EXPECT_THAT(persistent(watcher).take(), IsEmpty()) << "published once";
        EXPECT_TRUE(settles(
            [&] { return on_disk("SELECT count(*) FROM sessions WHERE length(will) != 0") == 0; }));
    }
}

TEST_P(PersistedEndings, ADelayedWillDoesNotProlongItsSession) {
    AttachRequest request;
    request.session_expiry_seconds = 60;
    request.will = std::make_unique<Will>();
    request.will->topic = "will";
    request.will->delay_seconds = 40;
    client("a").connect(std::move(request)).disconnect(WillFate::Publish);
    broker->advance(std::chrono::seconds(41));
    flush(persistent("other"));
    // The new broker's clock stands where the old one's stood.
    const auto now = broker->clock.steady_now();
    crash();
    broker->advance(std::chrono::seconds(20) + std::chrono::floor<std::chrono::milliseconds>(
                                                   now - broker->clock.steady_now()));
    EXPECT_EQ(broker->home_of("a").find(Tenant{}, "a"), nullptr) << "60 seconds are over";
}

TEST_P(PersistedEndings, TimeGoesOnWhileTheServerIsAway) {
    FakeClient& a = persistent("a", 60);
    ASSERT_TRUE(a.subscribe("t", 1));
    a.disconnect();
    FakeClient& publisher = persistent("publisher", 0);
    publish(publisher, "t", "x");
    broker->advance(std::chrono::seconds(30));
    crash();
    // The new broker's clock begins where the old one's began.
    broker->advance(std::chrono::seconds(59));
    EXPECT_EQ(persistent("a", 60).lease.session_present(), SessionPresent::Yes);
    clients.back()->disconnect();
    broker->advance(std::chrono::seconds(61));
    flush(persistent("other"));
    crash();
    EXPECT_EQ(persistent("a", 60).lease.session_present(), SessionPresent::No);
}

TEST_P(PersistedEndings, WhatWasHandedOnIsWithItsNewSession) {
    FakeClient& a = persistent("a");
    ASSERT_TRUE(a.subscribe("$share/g/t", 1));
    FakeClient& publisher = persistent("publisher", 0);
    for (const char* payload : {"0", "1", "2"}) publish(publisher, "t", payload);
    FakeClient& b = persistent("b");
    ASSERT_TRUE(b.subscribe("$share/g/t", 1));
    flush(b);
    a.lease.detach(WillFate::Discard, 0);  // its session ends
    ASSERT_TRUE(settles([&] { return b.lease.session().in_flight_messages() == 3; }));
    flush(b);
    flush(persistent("other"));
    crash();
    std::vector<std::string> payloads;
    for (const auto& received : receive(persistent("b"), 3)) {
        payloads.push_back(received.payload);
    }
    EXPECT_THAT(payloads, UnorderedElementsAre("0", "1", "2"));
}

TEST_P(PersistedEndings, TheServerStartsAfterASessionWasResumedWithoutExpiry) {
    FakeClient& sleeper = persistent("a");
    sleeper.subscribe("t", 1).value();
    flush(sleeper);
    sleeper.disconnect();
    client("a").connect(CleanStart::No, 0);
    publish(persistent("p", 0), "t", "x");
    crash();
    EXPECT_EQ(broker->home_of("a").find(Tenant{}, "a"), nullptr) << "its connection is lost";
}

TEST_P(PersistedEndings, NothingIsLeftOfASessionResumedWithoutExpiry) {
    FakeClient& sleeper = persistent("a");
    sleeper.subscribe("t", 1).value();
    flush(sleeper);
    sleeper.disconnect();
    FakeClient& publisher = persistent("p", 0);
    publish(publisher, "t", "x");
    FakeClient& again = client("a").connect(CleanStart::No, 0);
    EXPECT_EQ(receive(again, 1).size(), 1u);
    flush(again);
    again.disconnect();
    flush(publisher);
    stop();
    const auto database = storage::Database::open({.file = file()});
    ASSERT_TRUE(database);
    EXPECT_EQ((*database)->number("SELECT count(*) FROM messages").value(), 0);
    EXPECT_EQ((*database)->number("SELECT count(*) FROM queued").value(), 0);
    start(GetParam());
}

// The session that had it is gone from the disk, and the other one's record not written yet.
TEST_P(PersistedEndings, WhatIsBeingHandedOnOutlivesACrash) {
    for (const auto clean : {CleanStart::Yes, CleanStart::No}) {
        FakeClient& a = persistent("a");
        a.subscribe("$share/g/t", 1).value();
        FakeClient& publisher = persistent("publisher", 0);
        for (const char* payload : {"0", "1", "2"}) publish(publisher, "t", payload);
        FakeClient& b = persistent("b");
        b.subscribe("$share/g/t", 1).value();
        flush(b);
        // The session ends, by a takeover or by itself.
        if (clean == CleanStart::Yes) {
            client("a").connect(clean, 0);
        } else {
            a.lease.detach(WillFate::Discard, 0);
        }
        ASSERT_TRUE(settles_alone(loop_of("a"), [&] {
            return on_disk("SELECT count(*) FROM sessions WHERE client_id = x'61'") == 0;
        }));
        crash();
        FakeClient& heir = persistent("b");
        broker->advance(std::chrono::seconds(2));
        std::set<std::string> payloads;
        for (const auto& each : receive(heir, 3)) payloads.insert(each.payload);
        EXPECT_THAT(payloads, UnorderedElementsAre("0", "1", "2"));
        flush(heir);
        heir.lease.detach(WillFate::Discard, 0);
        flush(persistent("publisher", 0));
    }
}

TEST_P(PersistedEndings, NothingIsLeftOfWhatEnded) {
    for (int i = 0; i < 5; ++i) {
        FakeClient& a = persistent("a" + std::to_string(i));
        a.subscribe("t", 1).value();
        a.subscribe("$share/g/t", 1).value();
        if (i % 2 == 0) a.disconnect();
    }
    FakeClient& publisher = persistent("publisher", 0);
    for (int i = 0; i < 5; ++i) publish(publisher, "t", "x");
    for (int i = 0; i < 5; ++i) {
        FakeClient& a = client("a" + std::to_string(i)).connect(CleanStart::Yes, 0);
        flush(a);
    }
    crash();
    broker->settle();
    stop();
    const auto database = storage::Database::open({.file = file()});
    ASSERT_TRUE(database);
    for (const std::string_view rows :
         {"SELECT count(*) FROM sessions", "SELECT count(*) FROM subscriptions",
          "SELECT count(*) FROM messages", "SELECT count(*) FROM queued"}) {
        EXPECT_EQ((*database)->number(rows).value(), 0) << rows;
    }
    start(GetParam());
}

// A message on its way to a member of a group on another loop finds it gone and goes on to a third.
// The publisher is told once it is on disk somewhere.
TEST_P(PersistedEndings, WhatWandersFromLoopToLoopOutlivesACrash) {
    stop();
    start(3);
    const std::string source = id_on(0, "source");
    const std::string first = id_on(1, "first");
    const std::string second = id_on(2, "second");
    FakeClient& publisher = persistent(source, 0);
    FakeClient& gone = persistent(first);
    FakeClient& stays = persistent(second);
    gone.subscribe("$share/g/t", 1).value();
    stays.subscribe("$share/g/t", 1).value();
    flush(gone);
    flush(stays);
    publisher.publish("t", "x", 1);
    publisher.lease.acknowledge_when_kept(mqtt::PacketType::Puback, 1);
    broker->turn(0);
    gone.lease.detach(WillFate::Discard, 0);
    ASSERT_TRUE(settles_alone(1, [&] {
        broker->turn(0);
        return !publisher.kept.empty();
    })) << "the third loop does nothing yet";
    crash(3);
    FakeClient& again = persistent(second);
    broker->advance(std::chrono::seconds(1));
    const auto received = receive(again, 1);
    ASSERT_THAT(received, SizeIs(1));
    EXPECT_EQ(received[0].payload, "x");
    flush(again);
    flush(persistent(id_on(1, "other")));
    for (const std::string_view rows :
         {"SELECT count(*) FROM messages", "SELECT count(*) FROM queued",
          "SELECT count(*) FROM sessions WHERE substr(client_id, 1, 1) = x'00'"}) {
        EXPECT_EQ(on_disk(rows), 0) << rows;
    }
}

// --- members that are not kept themselves -----------------------------------------------------

class MixedGroup : public PersistedBroker {
protected:
    void join(FakeClient& member, int qos = 1) { member.subscribe("$share/g/t", qos).value(); }
    // One that ends with its connection, and one that lasts; on different loops, if there are any.
    void meet() {
        transient = &client(id_on(0, "transient")).connect();
        join(*transient);
        lasting = &persistent(lasting_id());
        join(*lasting);
        flush(*lasting);
        publisher = &client(id_on(0, "publisher")).connect();
    }
    std::string lasting_id() const { return id_on(last_loop(), "lasting"); }
    FakeClient* transient = nullptr;
    FakeClient* lasting = nullptr;
    FakeClient* publisher = nullptr;
};

INSTANTIATE_TEST_SUITE_P(Loops, MixedGroup, ::testing::Values(1, 4));

TEST_P(MixedGroup, WhatATransientMemberHoldsGoesToTheOthersAfterACrash) {
    meet();
    for (int i = 0; i < 6; ++i) publish(*publisher, "t", std::to_string(i));
    EXPECT_THAT(transient->take(), SizeIs(3));
    EXPECT_THAT(receive(*lasting, 3), SizeIs(3));
    flush(*lasting);
    crash();
    EXPECT_THAT(receive(persistent(lasting_id()), 3), SizeIs(3));
    EXPECT_TRUE(settles([&] { return on_disk("SELECT count(*) FROM messages") == 0; }));
}

TEST_P(MixedGroup, AlsoWithTheOthersAway) {
    meet();
    lasting->disconnect();
    broker->settle();
    for (int i = 0; i < 4; ++i) publish(*publisher, "t", std::to_string(i));
    EXPECT_THAT(transient->take(), SizeIs(4));
    crash();
    EXPECT_THAT(receive(persistent(lasting_id()), 4), SizeIs(4));
}

TEST_P(MixedGroup, WhatItAcknowledgedOrLeftToOthersIsNotKept) {
    meet();
    for (int i = 0; i < 4; ++i) {
        publisher->publish("t", "x", 1);
        broker->settle();
        transient->take_and_acknowledge();
    }
    receive(*lasting, 2);
    for (int i = 0; i < 4; ++i) publish(*publisher, "t", "y");
    EXPECT_THAT(transient->take(), SizeIs(2));
    transient->disconnect();
    EXPECT_THAT(receive(*lasting, 4), SizeIs(4));
    flush(*publisher);
    flush(*lasting);
    EXPECT_EQ(on_disk("SELECT count(*) FROM queued"), 0);
    EXPECT_EQ(on_disk("SELECT count(*) FROM messages"), 0);
    EXPECT_EQ(on_disk("SELECT count(*) FROM sessions"), 1) << "the one that lasts";
}

TEST_P(MixedGroup, WithoutAMemberThatLastsNothingIsWritten) {
    transient = &client(id_on(0, "transient")).connect();
    join(*transient);
    publisher = &client(id_on(0, "publisher")).connect();
    publish(*publisher, "t", "x");
    flush(*publisher);
    EXPECT_THAT(transient->take(), SizeIs(1));
    EXPECT_EQ(on_disk("SELECT count(*) FROM sessions"), 0);
    EXPECT_EQ(on_disk("SELECT count(*) FROM queued"), 0);
}

}  // namespace
}  // namespace gatehouse::broker
