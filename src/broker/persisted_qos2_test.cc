// QoS 2 over a restart, both ways.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/persisted_broker.h"

namespace gatehouse::broker {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using PersistedQos2 = PersistedBroker;

INSTANTIATE_TEST_SUITE_P(Loops, PersistedQos2, ::testing::Values(1, 3));

// [MQTT-4.3.3]: a QoS 2 message is not repeated, whenever the server dies.
TEST_P(PersistedQos2, Qos2KeepsItsPlaceInTheConversation) {
    FakeClient& a = persistent("a");
    ASSERT_TRUE(a.subscribe("t", 2));
    FakeClient& publisher = persistent("publisher", 0);
    publish(publisher, "t", "x", 2);
    std::vector<Received> first;
    ASSERT_TRUE(settles([&] {
        first = a.take();
        return !first.empty();
    })) << "sent once its packet id is on disk";
    EXPECT_FALSE(first[0].dup);
    crash();
    {
        FakeClient& again = persistent("a");
        const auto repeated = again.take();
        ASSERT_THAT(repeated, SizeIs(1));
        EXPECT_EQ(repeated[0].id, first[0].id);
        EXPECT_TRUE(repeated[0].dup);
        EXPECT_TRUE(again.lease.note_received(first[0].id));
        flush(again);
    }
    crash();
    {
        FakeClient& again = persistent("a");
        const auto released = again.take();
        ASSERT_THAT(released, SizeIs(1));
        EXPECT_EQ(released[0].topic, "PUBREL");
        EXPECT_EQ(released[0].id, first[0].id);
        EXPECT_TRUE(again.lease.note_completed(first[0].id));
        flush(again);
    }
    crash();
    EXPECT_THAT(persistent("a").take(), IsEmpty());
}

// One commit has the packet ids of as many as the client takes.
TEST_P(PersistedQos2, Qos2ToASessionIsNumberedManyAtOnce) {
    FakeClient& a = persistent("a");
    ASSERT_TRUE(a.subscribe("t", 2));
    FakeClient& publisher = persistent("publisher", 0);
    flush(a);
    for (int i = 0; i < 50; ++i) publisher.publish("t", std::to_string(i), 2);
    broker->settle();
    EXPECT_EQ(a.lease.session().in_flight_messages() + a.lease.session().queued_messages(), 50u);
    std::vector<std::size_t> portions;
    std::size_t sum = 0;
    ASSERT_TRUE(settles([&] {
        if (const auto received = a.take(); !received.empty()) {
            portions.push_back(received.size());
            sum += received.size();
        }
        return sum == 50;
    }));
    EXPECT_THAT(portions, SizeIs(::testing::Le(3u)));
}

// Who comes back before the packet ids are on disk is sent the messages all the same.
TEST_P(PersistedQos2, Qos2ReachesAClientThatComesBackAtOnce) {
    FakeClient& a = persistent("a");
    ASSERT_TRUE(a.subscribe("t", 2));
    flush(a);
    FakeClient& publisher = persistent("publisher", 0);
    publisher.publish("t", "x", 2);
    broker->turn(loop_of("publisher"));
    broker->turn(loop_of("a"));
    FakeClient& again = persistent("a");
    std::vector<Received> received;
    ASSERT_TRUE(settles([&] {
        for (auto& each : again.take()) received.push_back(std::move(each));
        return !received.empty();
    }));
    EXPECT_EQ(received[0].payload, "x");
    // Where the disk was quicker it went to the connection before, too.
    EXPECT_EQ(received[0].dup, !a.take().empty());
}

TEST_P(PersistedQos2, HeldPacketIdsOfTheClientSurvive) {
    FakeClient& a = persistent("a");
    a.publish_held("n", 7);
    a.publish_held("n", 8);
    EXPECT_TRUE(a.lease.release(8));
    flush(a);
    crash();
    FakeClient& again = persistent("a");
    EXPECT_TRUE(again.lease.is_unreleased(7));
    EXPECT_FALSE(again.lease.is_unreleased(8));
}

// [MQTT-4.3.3]: whichever loops had written what they have of the message when the server died,
// after the repetition each subscriber, and one member of each group, has it once.
TEST_P(PersistedQos2, Qos2OfAPublisherReachesEachOnceWhateverWasWritten) {
    const std::string source = id_on(0, "source");
    std::vector<std::string> sinks;
    std::vector<std::string> members;
    for (std::size_t loop = 0; loop < GetParam(); ++loop) {
        sinks.push_back(id_on(loop, "sink"));
        persistent(sinks.back()).subscribe("t", 2).value();
        members.push_back(id_on(loop, "member"));
        persistent(members.back()).subscribe("$share/g/t", 2).value();
    }
    for (const auto& each : clients) flush(*each);
    for (std::size_t alone = 0; alone <= GetParam(); ++alone) {
        const std::string payload = std::to_string(alone);
        for (auto& each : clients) each->lease.detach(WillFate::Discard);
        FakeClient& publisher = persistent(source);
        flush(publisher);
        publisher.publish_held("t", 9, payload);
        const auto told = publisher.kept.size();
        publisher.lease.acknowledge_when_kept(mqtt::PacketType::Pubrec, 9);
        if (alone == GetParam()) {
            ASSERT_TRUE(settles([&] { return publisher.kept.size() > told; }));
        } else if (alone != 0) {
            broker->turn(0);  // hands over to the others
            ASSERT_TRUE(settles_alone(
                alone, [&] { return on_disk("SELECT count(*) FROM held_parts") != 0; }));
        }
        crash();
        FakeClient& again = persistent(source);
        if (alone == GetParam()) EXPECT_TRUE(again.lease.is_unreleased(9)) << "PUBREC was sent";
        repeat(again, "t", payload);
        EXPECT_TRUE(again.lease.is_unreleased(9));
        EXPECT_FALSE(again.lease.may_be_incomplete(9));
        flush(again);
        EXPECT_TRUE(again.lease.release(9));
        flush(again);
        EXPECT_EQ(on_disk("SELECT count(*) FROM held_parts"), 0);
        for (const auto& sink : sinks) {
            EXPECT_THAT(received_by({sink}), ElementsAre(payload))
                << sink << " after a crash with loop " << alone << " written";
        }
        EXPECT_THAT(received_by(members), ElementsAre(payload));
    }
}

// A message that waits for its acknowledgement is not written yet, and the id is not before it.
TEST_P(PersistedQos2, AHeldIdIsNotOnDiskBeforeItsMessage) {
    const std::string source = id_on(0, "source");
    const std::string sink = id_on(0, "sink");
    FakeClient& publisher = persistent(source);
    FakeClient& online = persistent(sink);
    online.subscribe("t", 1).value();
    flush(online);
    publisher.publish_held("t", 9);
    // What comes later is on disk already.
    persistent(id_on(0, "other")).publish("later", "x", 1, Retain::Yes);
    ASSERT_TRUE(settles_alone(
        0, [&] { return on_disk("SELECT count(*) FROM retained WHERE topic = x'6c61746572'"); }));
    EXPECT_EQ(on_disk("SELECT count(*) FROM queued"), 0);
    crash();
    EXPECT_FALSE(persistent(source).lease.is_unreleased(9)) << "its client repeats it";
}

TEST_P(PersistedQos2, AHeldIdThatIsReleasedAtOnceIsReleased) {
    FakeClient& a = persistent("a");
    a.publish_held("t", 7);
    EXPECT_TRUE(a.lease.release(7));
    flush(a);
    EXPECT_EQ(on_disk("SELECT count(*) FROM held_parts"), 0);
}

}  // namespace
}  // namespace gatehouse::broker
