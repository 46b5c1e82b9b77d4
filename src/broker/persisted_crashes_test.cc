// What a crash at an unhappy moment leaves of QoS 2.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/persisted_broker.h"

namespace gatehouse::broker {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using Qos2Crash = PersistedBroker;

INSTANTIATE_TEST_SUITE_P(Crashes, Qos2Crash, ::testing::Values(1, 3));

// Records before one that waits for its acknowledgement wait, too.
TEST_P(Qos2Crash, AHeldIdIsWrittenWithAllRecordsOfItsMessage) {
    const std::string source = id_on(0, "source");
    FakeClient& publisher = persistent(source);
    std::vector<std::string> aways;
    std::vector<FakeClient*> offline;
    for (int i = 0; i < 4; ++i) {
        aways.push_back(id_on(0, "away" + std::to_string(i)));
        offline.push_back(&persistent(aways.back()));
        offline.back()->subscribe("t", 2).value();
        persistent(id_on(0, "online" + std::to_string(i))).subscribe("t", 1).value();
    }
    flush(*clients.back());
    for (FakeClient* each : offline) each->disconnect();
    flush(*clients.back());
    publisher.publish_held("t", 9);
    publisher.lease.acknowledge_when_kept(mqtt::PacketType::Pubrec, 9);
    // What comes later is on disk already.
    persistent(id_on(0, "other")).publish("later", "x", 1, Retain::Yes);
    ASSERT_TRUE(settles_alone(0, [&] { return on_disk("SELECT count(*) FROM retained") != 0; }));
    EXPECT_EQ(on_disk("SELECT count(*) FROM queued") != 0,
              on_disk("SELECT count(*) FROM held_parts") != 0)
        << "in one transaction";
    crash();
    FakeClient& again = persistent(source);
    repeat(again, "t");
    flush(again);
    for (const auto& away : aways) EXPECT_THAT(received_by({away}), SizeIs(1));
}

// It would be written after the release, and stand for the next message under the id.
TEST_P(Qos2Crash, AHeldIdHasNoPartOfALoopThatNobodyWaitsFor) {
    stop();
    start(3);
    const std::string source = id_on(0, "source");
    FakeClient& publisher = persistent(source);
    FakeClient& brief = client(id_on(1, "brief")).connect();
    brief.subscribe("t", 1).value();
    FakeClient& lasting = persistent(id_on(1, "lasting"));
    lasting.subscribe("u", 2).value();
    flush(lasting);
    flush(publisher);
    publisher.publish_held("t", 9, "first");
    const auto told = publisher.kept.size();
    publisher.lease.acknowledge_when_kept(mqtt::PacketType::Pubrec, 9);
    ASSERT_TRUE(settles_alone(0, [&] { return publisher.kept.size() > told; })) << "PUBREC";
    EXPECT_TRUE(publisher.lease.release(9));  // PUBREL
    const auto size = publisher.kept.size();
    publisher.publish("$x", "x", 1, Retain::Yes);
    publisher.lease.acknowledge_when_kept(mqtt::PacketType::Puback, 1);
    ASSERT_TRUE(settles_alone(0, [&] { return publisher.kept.size() > size; })) << "PUBCOMP";
    flush(lasting);
    EXPECT_EQ(on_disk("SELECT count(*) FROM held_parts"), 0);
    crash(3);
    FakeClient& again = persistent(source);
    EXPECT_FALSE(again.lease.is_unreleased(9));
    repeat(again, "u", "second");
    flush(again);
    EXPECT_THAT(received_by({id_on(1, "lasting")}), ElementsAre("second"));
}

// Once for its group.
TEST_P(Qos2Crash, WhatWandersIsHeldOnItsWay) {
    stop();
    start(3);
    const std::string source = id_on(0, "source");
    const std::string first = id_on(1, "first");
    const std::string second = id_on(2, "second");
    FakeClient& publisher = persistent(source);
    FakeClient& gone = persistent(first);
    FakeClient& stays = persistent(second);
    gone.subscribe("$share/g/t", 2).value();
    stays.subscribe("$share/g/t", 2).value();
    for (auto* each : {&gone, &stays, &publisher}) flush(*each);
    publisher.publish_held("t", 9);
    publisher.lease.acknowledge_when_kept(mqtt::PacketType::Pubrec, 9);
    broker->turn(0);
    gone.lease.detach(WillFate::Discard, 0);
    ASSERT_TRUE(settles_alone(1, [&] {
        broker->turn(0);
        return on_disk("SELECT count(*) FROM queued") == 1 &&
               on_disk("SELECT count(*) FROM held_parts") >= 1;
    }));
    crash(3);
    FakeClient& again = persistent(source);
    broker->advance(std::chrono::seconds(1));
    broker->settle();
    repeat(again, "t");
    flush(again);
    broker->advance(std::chrono::seconds(1));
    EXPECT_THAT(received_by({second}), SizeIs(1));
}

// The third loop is not waited for.
TEST_P(Qos2Crash, NobodyHoldsAnIdAfterItsReleaseOnTheWay) {
    stop();
    start(3);
    const std::string source = id_on(0, "source");
    const std::string first = id_on(1, "first");
    const std::string second = id_on(2, "second");
    FakeClient& publisher = persistent(source);
    FakeClient& gone = persistent(first);
    FakeClient& stays = persistent(second);
    gone.subscribe("$share/g/t", 2).value();
    stays.subscribe("$share/g/t", 2).value();
    for (auto* each : {&gone, &stays, &publisher}) flush(*each);
    publisher.publish_held("t", 9, "first");
    const auto told = publisher.kept.size();
    publisher.lease.acknowledge_when_kept(mqtt::PacketType::Pubrec, 9);
    broker->turn(0);
    gone.lease.detach(WillFate::Discard, 0);
    ASSERT_TRUE(settles_alone(1, [&] {
        broker->turn(0);
        return publisher.kept.size() > told;
    })) << "PUBREC";
    EXPECT_TRUE(publisher.lease.release(9));
    const auto size = publisher.kept.size();
    publisher.publish("$x", "x", 1, Retain::Yes);
    publisher.lease.acknowledge_when_kept(mqtt::PacketType::Puback, 1);
    ASSERT_TRUE(settles_alone(0, [&] { return publisher.kept.size() > size; })) << "PUBCOMP";
    flush(stays);
    const auto wandering = "SELECT count(*) FROM sessions WHERE substr(client_id, 1, 1) = x'00'";
    ASSERT_TRUE(settles([&] { return on_disk(wandering) == 0; }));
    EXPECT_EQ(on_disk("SELECT count(*) FROM held_parts"), 0);
    crash(3);
    broker->advance(std::chrono::seconds(1));
    FakeClient& again = persistent(source);
    repeat(again, "t", "new one");
    flush(again);
    EXPECT_THAT(received_by({second}), UnorderedElementsAre("first", "new one"));
}

// PUBREC was sent.
TEST_P(Qos2Crash, ARepetitionIsNotRetainedOverANewerOne) {
    const std::string source = id_on(0, "source");
    FakeClient& publisher = persistent(source);
    Publisher& p = publisher.lease.publisher();
    p.publish(p.route_for("t"), {.payload = bytes_of("old"),
                                 .qos = mqtt::Qos::ExactlyOnce,
                                 .retain = Retain::Yes,
                                 .packet_id = 9});
    flush(publisher);  // PUBREC was sent
    publish(persistent("other"), "t", "new", 1, Retain::Yes);
    crash();
    FakeClient& again = persistent(source);
    ASSERT_TRUE(again.lease.is_unreleased(9));
    if (again.lease.may_be_incomplete(9)) {
        Publisher& q = again.lease.publisher();
        q.publish(q.route_for("t"), {.payload = bytes_of("old"),
                                     .qos = mqtt::Qos::ExactlyOnce,
                                     .retain = Retain::Yes,
                                     .packet_id = 9});
    }
    FakeClient& reader = client("reader").connect();
    reader.subscribe("t", 0).value();
    EXPECT_THAT(reader.payloads(), ElementsAre("new"));
}

// [MQTT-3.3.4-9]
TEST_P(Qos2Crash, AClientThatComesBackGetsNoMoreThanItTakes) {
    FakeClient& a = persistent("a");
    a.subscribe("t", 2).value();
    flush(a);
    FakeClient& publisher = persistent("publisher", 0);
    for (int i = 0; i < 50; ++i) publisher.publish("t", std::to_string(i), 2);
    broker->settle();
    ASSERT_TRUE(settles([&] { return a.lease.session().in_flight_messages() >= 49; }));
    a.take();
    a.disconnect();
    AttachRequest request;
    request.clean_start = CleanStart::No;
    request.session_expiry_seconds = 3600;
    request.receive_maximum = 5;
    FakeClient& again = client("a").connect(std::move(request));
    flush(publisher);
    broker->settle();
    EXPECT_LE(again.take().size(), 5u);
}

// Its removal from the disk comes late.
TEST_P(Qos2Crash, ARefusedIdIsFreeForItsNextUse) {
    const std::string source = id_on(0, "source");
    FakeClient& publisher = persistent(source);
    flush(publisher);
    {
        const auto holder = storage::Database::open({.file = file()});
        ASSERT_TRUE(holder && (*holder)->run_script("BEGIN EXCLUSIVE"));
        publisher.publish("a", "x", 1, Retain::Yes);
        broker->settle();                // the writer has this
        publisher.publish_held("t", 9);  // waits in the journal
        publisher.lease.acknowledge_when_kept(mqtt::PacketType::Pubrec, 9);
        ASSERT_TRUE(settles([&] { return !publisher.not_kept.empty(); }));
    }
    // As soon as the disk takes something again, the client uses the id anew.
    ASSERT_TRUE(settles([&] { return publisher.publish_held("t", 9, "second").kept != Kept::No; }));
    const auto told = publisher.kept.size();
    publisher.lease.acknowledge_when_kept(mqtt::PacketType::Pubrec, 9);
    ASSERT_TRUE(settles([&] { return publisher.kept.size() > told; }));
    flush(publisher);
    flush(publisher);
    EXPECT_GE(on_disk("SELECT count(*) FROM held_parts"), 1) << "PUBREC was sent for it";
}

// Its message is on disk, and the will, too.
TEST_P(Qos2Crash, AWillWithQos2ComesOnce) {
    const std::string mortal = id_on(0, "mortal");
    const std::string watcher = id_on(last_loop(), "watcher");
    persistent(watcher).subscribe("will", 2).value();
    flush(*clients.back());
    clients.back()->disconnect();
    AttachRequest request;
    request.session_expiry_seconds = 3600;
    request.will = std::make_unique<Will>();
    request.will->topic = "will";
    request.will->payload = {'g'};
    request.will->qos = mqtt::Qos::ExactlyOnce;
    FakeClient& a = client(mortal).connect(std::move(request));
    flush(a);
    a.disconnect(WillFate::Publish);
    ASSERT_TRUE(settles([&] { return on_disk("SELECT count(*) FROM queued") == 1; }));
    crash();
    broker->advance(std::chrono::seconds(1));
    FakeClient& other = persistent(mortal);
    flush(other);
    EXPECT_THAT(received_by({watcher}), SizeIs(1));
}

// The group has the message since before the crash.
TEST_P(Qos2Crash, AGroupOfWhoCameAnewIsNotGivenTheRepetition) {
    const std::string source = id_on(0, "source");
    FakeClient& publisher = persistent(source);
    FakeClient& worker = client(id_on(last_loop(), "worker")).connect();
    worker.subscribe("$share/g/t", 2).value();
    publisher.publish_held("t", 9);
    flush(publisher);
    EXPECT_EQ(worker.take().size(), 1u);
    crash();
    FakeClient& again = persistent(source);
    FakeClient& back = client(id_on(last_loop(), "worker")).connect();
    back.subscribe("$share/g/t", 2).value();
    repeat(again, "t");
    flush(again);
    EXPECT_EQ(back.take().size(), 0u);
}

TEST_P(Qos2Crash, WhatWasNumberedAndNotSentGoesToAnotherMember) {
    FakeClient& a = persistent(id_on(0, "a"));
    a.subscribe("$share/g/t", 2).value();
    flush(a);
    FakeClient& p = persistent(id_on(0, "p"), 0);
    for (int i = 0; i < 50; ++i) p.publish("t", std::to_string(i), 2);
    broker->settle();
    ASSERT_TRUE(settles([&] { return a.lease.session().in_flight_messages() == 50; }));
    FakeClient& b = persistent(id_on(last_loop(), "b"));
    b.subscribe("$share/g/t", 2).value();
    broker->settle();
    // As many as the disk had their numbers of by now, mostly one.
    const std::size_t rest = 50 - a.take().size();
    a.lease.detach(WillFate::Discard, 0);
    flush(p);
    std::size_t received = 0;
    EXPECT_TRUE(settles([&] { return (received += b.take().size()) >= rest; }));
    flush(b);
    EXPECT_EQ(received + b.take().size(), rest);
}

// Both have it on disk for a moment.
TEST_P(Qos2Crash, WhatIsHandedOnToAnotherMemberComesOnce) {
    const std::string first = id_on(0, "first");
    const std::string second = id_on(last_loop(), "second");
    for (const auto& id : {first, second}) {
        FakeClient& member = persistent(id);
        member.subscribe("$share/g/t", 2).value();
        flush(member);
        member.disconnect();
    }
    FakeClient& publisher = persistent(id_on(0, "publisher"));
    publisher.publish("t", "x", 2);
    flush(publisher);
    const std::string has_it =
        "SELECT count(*) FROM queued JOIN sessions ON queued.session = sessions.id "
        "WHERE client_id = ";
    const auto quoted = [](std::string_view text) {
        std::string all = "CAST('";
        for (const char each : text) all += each == '\'' ? "''" : std::string(1, each);
        return all + "' AS BLOB)";
    };
    const bool is_with_first = on_disk(has_it + quoted(first)) == 1;
    // The other is back, does not read, and has it on disk when the server dies.
    const std::string other = is_with_first ? second : first;
    FakeClient& taker = client(other);
    taker.room = 0;
    taker.connect(CleanStart::No, 3600);
    ASSERT_TRUE(settles([&] { return on_disk(has_it + quoted(other)) == 1; }));
    crash();
    broker->advance(std::chrono::seconds(1));
    EXPECT_THAT(received_by({first, second}), ElementsAre("x"));
    EXPECT_TRUE(settles([&] {
        return on_disk("SELECT count(*) FROM sessions WHERE substr(client_id, 1, 1) = x'00'") == 0;
    }));
}

// [MQTT-3.3.2-5]
TEST_P(Qos2Crash, WhatWasNumberedAndNotSentExpires) {
    FakeClient& a = persistent(id_on(0, "a"));
    a.subscribe("t", 2).value();
    flush(a);
    FakeClient& p = persistent(id_on(0, "p"), 0);
    Publisher& source = p.lease.publisher();
    mqtt::PropertyWriter expiry;
    expiry.add(mqtt::PropertyId::MessageExpiryInterval, 5U);
    for (int i = 0; i < 50; ++i) {
        const std::string text = std::to_string(i);
        source.publish(source.route_for("t"), {.payload = bytes_of(text),
                                               .properties = expiry.bytes(),
                                               .expiry_seconds = 5,
                                               .expiry_at = 1,
                                               .qos = mqtt::Qos::ExactlyOnce});
    }
    broker->settle();
    ASSERT_TRUE(settles([&] { return a.lease.session().in_flight_messages() == 50; }));
    a.take();
    a.disconnect();
    flush(p);
    broker->advance(std::chrono::seconds(60));
    FakeClient& again = persistent(id_on(0, "a"));
    flush(p);
    std::size_t late = 0;
    for (const auto& each : again.take()) late += !each.dup;
    EXPECT_EQ(late, 0u) << "never sent before, and expired a minute ago";
}

}  // namespace
}  // namespace gatehouse::broker
