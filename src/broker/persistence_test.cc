// What survives a restart: sessions, messages, retained messages; and what waits for the disk.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/persisted_broker.h"

namespace gatehouse::broker {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

using Persisted = PersistedBroker;

INSTANTIATE_TEST_SUITE_P(Loops, Persisted, ::testing::Values(1, 3));

TEST_P(Persisted, WhatWaitsForAFailingDiskIsBoundedAndRight) {
    FakeClient& steady = persistent("steady");
    for (const char* filter : {"before", "gone"}) steady.subscribe(filter, 1).value();
    FakeClient& leaver = persistent("leaver");
    leaver.subscribe("left", 1).value();
    flush(steady);
    {
        const auto holder = storage::Database::open({.file = file()});
        ASSERT_TRUE(holder && (*holder)->run_script("BEGIN EXCLUSIVE"));
        const std::string filter(200, 't');
        for (int i = 0; i < 100'000; ++i) {
            steady.subscribe(filter, 1).value();
            steady.lease.unsubscribe(filter);
            if (i % 1000 == 0) broker->settle();
        }
        for (int i = 0; i < 1000; ++i) {
            FakeClient passing(*broker, "passing");
            passing.connect(CleanStart::No, 3600).subscribe("p", 1).value();
            passing.lease.detach(WillFate::Discard, 0);
        }
        steady.subscribe("after", 1).value();
        steady.lease.unsubscribe("gone");
        leaver.lease.detach(WillFate::Discard, 0);
        persistent("newcomer").subscribe("new", 1).value();
        broker->settle();
        EXPECT_GT(broker->home_of("steady").waiting_for_disk(), 8u << 20) << "the bound was met";
        EXPECT_LT(broker->home_of("steady").waiting_for_disk(), 24u << 20);
    }
    flush(steady);
    flush(*clients.back());
    crash();
    const auto subscriptions = [&](const std::string& client_id) {
        std::vector<std::string> filters;
        const Session* session = broker->home_of(client_id).find(Tenant{}, client_id);
        if (session == nullptr) return filters;
        session->for_each_subscription(
            [&](std::string each, const SubscriptionOptions&) { filters.push_back(each); });
        return filters;
    };
    EXPECT_THAT(subscriptions("steady"), UnorderedElementsAre("before", "after"));
    EXPECT_THAT(subscriptions("newcomer"), UnorderedElementsAre("new"));
    for (const char* gone : {"leaver", "passing"}) {
        EXPECT_EQ(broker->home_of(gone).find(Tenant{}, gone), nullptr);
    }
}

TEST_P(Persisted, SessionsAndSubscriptionsSurviveACrash) {
    FakeClient& a = persistent("a");
    ASSERT_TRUE(a.subscribe("t/+", {.qos = mqtt::Qos::AtLeastOnce, .identifier = 9}));
    ASSERT_TRUE(a.subscribe("gone", 1));
    ASSERT_TRUE(a.lease.unsubscribe("gone"));
    ASSERT_TRUE(a.subscribe("$share/g/s", 1));
    client("brief").connect().subscribe("t/+", 1).value();
    flush(a);
    crash();
    FakeClient& again = persistent("a");
    EXPECT_EQ(again.lease.session_present(), SessionPresent::Yes);
    std::vector<std::string> filters;
    again.lease.session().for_each_subscription(
        [&](const std::string& filter, const SubscriptionOptions&) { filters.push_back(filter); });
    EXPECT_THAT(filters, UnorderedElementsAre("t/+", "$share/g/s"));
    FakeClient& publisher = persistent("publisher", 0);
    publish(publisher, "t/x", "live");
    publish(publisher, "s", "shared");
    publish(publisher, "gone", "never");
    ASSERT_TRUE(settles([&] { return again.lease.session().in_flight_messages() == 2; }));
    const auto received = again.take_and_acknowledge();
    ASSERT_THAT(received, SizeIs(2));
    EXPECT_THAT(received[0].identifiers, ElementsAre(9));
    EXPECT_EQ(client("brief").connect(CleanStart::No).lease.session_present(), SessionPresent::No);
}

TEST_P(Persisted, WhatWasAcknowledgedIsDeliveredAfterACrashInOrder) {
    persistent("a").subscribe("t/+", 1).value();
    persistent("b").subscribe("t/#", 1).value();
    clients[0]->disconnect();
    clients[1]->disconnect();
    FakeClient& publisher = persistent("publisher", 0);
    for (int i = 0; i < 20; ++i) publish(publisher, "t/x", std::to_string(i));
    // More loops, or fewer: sessions find new homes.
    for (const std::size_t loops : {4, 1, 2}) crash(loops);
    for (const char* id : {"a", "b"}) {
        std::vector<std::string> payloads;
        for (const auto& received : persistent(id).take_and_acknowledge()) {
            payloads.push_back(received.payload);
        }
        ASSERT_THAT(payloads, SizeIs(20)) << id;
        for (int i = 0; i < 20; ++i) EXPECT_EQ(payloads[i], std::to_string(i));
    }
    flush(*clients[0]);
    flush(*clients[1]);
    crash();
    EXPECT_THAT(persistent("a").take(), IsEmpty()) << "acknowledged, so gone for good";
    EXPECT_THAT(persistent("b").take(), IsEmpty());
}

TEST_P(Persisted, WhatWasSentIsSentAgainUnderItsPacketId) {
    FakeClient& a = persistent("a");
    ASSERT_TRUE(a.subscribe("t", 1));
    FakeClient& publisher = persistent("publisher", 0);
    for (const char* payload : {"0", "1", "2"}) publish(publisher, "t", payload);
    ASSERT_TRUE(settles([&] { return a.lease.session().in_flight_messages() == 3; }));
    const auto first = a.take();
    a.lease.acknowledge(first[1].id);
    flush(a);
    crash();
    const auto again = persistent("a").take();
    ASSERT_THAT(again, SizeIs(2));
    EXPECT_TRUE(again[0].dup);
    EXPECT_EQ(again[0].id, first[0].id);
    EXPECT_EQ(again[1].id, first[2].id);
    EXPECT_EQ(again[1].payload, "2");
}

TEST_P(Persisted, RetainedMessagesSurvive) {
    FakeClient& publisher = persistent("publisher", 0);
    publish(publisher, "kept", "old", 1, Retain::Yes);
    publish(publisher, "kept", "new", 1, Retain::Yes);
    publish(publisher, "removed", "x", 1, Retain::Yes);
    publish(publisher, "removed", "", 1, Retain::Yes);
    crash();
    FakeClient& a = persistent("a", 0);
    ASSERT_TRUE(a.subscribe("#", 1));
    EXPECT_THAT(a.payloads(), ElementsAre("new"));
    publish(persistent("publisher", 0), "kept", "newer", 1, Retain::Yes);
    crash();
    FakeClient& b = persistent("b", 0);
    ASSERT_TRUE(b.subscribe("#", 1));
    EXPECT_THAT(b.payloads(), ElementsAre("newer"));
}

// What an earlier version let in, no client takes.
TEST_P(Persisted, OfPropertiesThatDoNotReadOnlyTheExpiryIsLeft) {
    FakeClient& a = persistent(id_on(0, "a"));
    ASSERT_TRUE(a.subscribe("q", 1));
    flush(a);
    a.disconnect();
    FakeClient& p = persistent(id_on(0, "p"));
    constexpr std::string_view section("\3\0\1\0\2\0\0\0\x64", 9);
    Publisher& source = p.lease.publisher();
    for (const char* const topic : {"q", "kept"}) {
        source.publish(source.route_for(topic), {.payload = bytes_of("x"),
                                                 .properties = bytes_of(section),
                                                 .expiry_seconds = 100,
                                                 .expiry_at = 5,
                                                 .qos = mqtt::Qos::AtLeastOnce,
                                                 .retain = Retain::Yes});
    }
    flush(p);
    crash();
    FakeClient& again = persistent(id_on(0, "a"));
    ASSERT_TRUE(again.subscribe("kept", 1));
    const auto received = receive(again, 2);
    ASSERT_THAT(received, SizeIs(2));
    for (const Received& each : received) {
        EXPECT_EQ(each.payload, "x");
        EXPECT_NEAR(each.expiry.value_or(0), 100, 1) << each.topic;
    }
}

TEST_P(Persisted, OnATopicThatNoPacketCarriesNothingIsDelivered) {
    flush(persistent("a"));
    const auto session = static_cast<std::uint64_t>(on_disk("SELECT max(id) FROM sessions"));
    stop();
    {
        const auto opened = storage::MessageStore::open({.file = file()});
        ASSERT_TRUE(opened);
        const std::string long_topic(mqtt::string_size_max + 1, 't');
        storage::MessageBatch batch;
        std::uint64_t place = 1'000'000;
        for (const std::string& topic : {std::string("t"), long_topic, std::string("t\0t", 3)}) {
            batch.put_message({.id = ++place, .topic = topic, .qos = 1});
            batch.put_queued({.session = session, .place = place, .message = place, .qos = 1});
        }
        const storage::MessageBatch* const batches[] = {&batch};
        ASSERT_TRUE((*opened)->write(batches));
    }
    start(GetParam());
    FakeClient& a = persistent("a");
    const auto received = receive(a, 1);
    ASSERT_THAT(received, SizeIs(1));
    EXPECT_EQ(received[0].topic, "t");
    flush(a);
    EXPECT_EQ(on_disk("SELECT count(*) FROM queued"), 0);
}

TEST_P(Persisted, ExpiredRetainedMessagesLeaveTheDisk) {
    FakeClient& publisher = persistent("publisher", 0);
    Publisher& source = publisher.lease.publisher();
    source.publish(source.route_for("brief"), {.payload = bytes_of("x"),
                                               .expiry_seconds = 5,
                                               .qos = mqtt::Qos::AtLeastOnce,
                                               .retain = Retain::Yes});
    flush(publisher);
    const auto brief =
        "SELECT count(*) FROM retained WHERE topic = x'6272696566'"
        " AND length(payload) != 0";
    EXPECT_EQ(on_disk(brief), 1);
    broker->advance(std::chrono::seconds(6));
    flush(publisher);  // retains something
    EXPECT_EQ(on_disk(brief), 0);
}

TEST_P(Persisted, WhatIsAcknowledgedInTimeIsNeverWritten) {
    FakeClient& a = persistent("a");
    ASSERT_TRUE(a.subscribe("t", 1));
    FakeClient& publisher = persistent("publisher", 0);
    flush(a);
    flush(publisher);
    EXPECT_EQ(publisher.publish("t", "x", 1).kept, Kept::OnItsWay);
    publisher.lease.acknowledge_when_kept(mqtt::PacketType::Puback, 5);
    broker->settle();
    for (const auto& received : a.take()) a.lease.acknowledge(received.id);
    broker->settle();
    EXPECT_EQ(publisher.kept.back(), 5) << "at once, without the disk";
    stop();
    const auto database = storage::Database::open({.file = file()});
    ASSERT_TRUE(database);
    EXPECT_EQ((*database)->number("SELECT count(*) FROM messages").value(), 0);
    start(GetParam());
}

// The subscription's row is on disk while its number waits behind a message that was sent; when
// that one is acknowledged, nothing is left to write, and no writer to wake the loop.
TEST_P(Persisted, WhatWaitsBehindAnAcknowledgedMessageNeedsNoOtherEvent) {
    FakeClient& a = persistent(id_on(0, "a"));
    ASSERT_TRUE(a.subscribe("t", 1));
    FakeClient& b = persistent(id_on(0, "b"));
    FakeClient& publisher = persistent(id_on(0, "publisher"), 0);
    flush(a);
    (void)publisher.publish("t", "x", 1);
    ASSERT_TRUE(b.subscribe("u", 1));
    bool is_kept = false;
    broker->broker->shard(0).when_kept([&](bool) { is_kept = true; });
    {
        const auto writer_waits = full_disk();
        broker->turn(0);
        for (const auto& received : a.take()) a.lease.acknowledge(received.id);
        broker->turn(0);
        EXPECT_FALSE(is_kept);
    }
    EXPECT_TRUE(settles_alone(0, [&] { return is_kept; }));
}

TEST_P(Persisted, WhatABoundTakesNoMoreStaysWhatItWas) {
    FakeClient& a = persistent("a");
    for (const char* filter : {"1", "2", "$share/g/3"}) a.subscribe(filter, 1).value();
    flush(a);
    settings.limits.subscriptions_per_session_max = 1;
    crash();
    EXPECT_EQ(persistent("a").lease.session().subscription_count(), 3u);
    EXPECT_FALSE(clients.back()->subscribe("4", 1));
    settings = TestBroker::default_settings();
}

// Id 5 stayed unacknowledged while all ids went round; the message after it was sent under one
// that is not on disk.
// Rows as they are found on disk: one message each, in this order.
class PersistedRows : public Persisted {
protected:
    void restart_with(const std::vector<storage::QueuedRow>& rows) {
        flush(persistent("a"));
        const auto session = static_cast<std::uint64_t>(on_disk("SELECT max(id) FROM sessions"));
        stop();
        {
            const auto opened = storage::MessageStore::open({.file = file()});
            ASSERT_TRUE(opened);
            storage::MessageBatch batch;
            std::uint64_t place = 1'000'000;
            for (storage::QueuedRow row : rows) {
                row.session = session;
                row.place = row.message = ++place;
                row.qos = 1;
                batch.put_message({.id = place, .topic = "t", .qos = 1});
                batch.put_queued(row);
            }
            const storage::MessageBatch* const batches[] = {&batch};
            ASSERT_TRUE((*opened)->write(batches));
        }
        start(GetParam());
    }
    // The packet ids, those negative that come anew.
    static std::vector<int> ids_of(const std::vector<Received>& received) {
        std::vector<int> ids;
        for (const Received& each : received) ids.push_back(each.dup ? each.id : -each.id);
        return ids;
    }
};

INSTANTIATE_TEST_SUITE_P(Loops, PersistedRows, ::testing::Values(1, 3));

TEST_P(PersistedRows, AnIdThatStayedInUseIsNotGivenBackToAnother) {
    restart_with({{.packet_id = 5}, {}, {.packet_id = 6}});
    EXPECT_THAT(ids_of(persistent("a").take()), testing::ElementsAre(5, 4, 6));
}

TEST_P(PersistedRows, WhatOthersHavePassedWasNotSent) {
    restart_with({{.packet_id = 65'535},
                  {},
                  {.packet_id = 1},
                  {},
                  {.packet_id = 3, .has_passed = true},
                  {},
                  {.packet_id = 2, .has_passed = true}});
    EXPECT_THAT(ids_of(persistent("a").take()),
                testing::ElementsAre(65'534, 65'535, 1, 2, 3, -4, -5));
}

// As an earlier version left them behind, which did not note that one had passed the others.
TEST_P(PersistedRows, MoreThanThereArePacketIdsWereNotSent) {
    std::vector<storage::QueuedRow> rows(66'000);
    rows.push_back({.packet_id = 9});
    restart_with(rows);
    FakeClient& a = client("a");
    AttachRequest request;
    request.clean_start = CleanStart::No;
    request.session_expiry_seconds = 3600;
    request.receive_maximum = 3;
    a.connect(std::move(request));
    EXPECT_THAT(ids_of(a.take()), testing::ElementsAre(9, -10, -11));
    EXPECT_EQ(a.lease.session().queued_messages(), 65'998U);
}

TEST_P(Persisted, WhatWaitsForItsRateIsStillNotSentAfterACrash) {
    settings.limits.stored_messages_per_second_max = 2;
    settings.rates = Rates::Throttled;
    stop();
    start(GetParam());
    FakeClient& away = persistent("a");
    ASSERT_TRUE(away.subscribe("t", 1));
    away.disconnect();
    FakeClient& publisher = persistent("publisher", 0);
    for (const char* payload : {"1", "2", "3", "4"}) publish(publisher, "t", payload);
    FakeClient& a = persistent("a");
    EXPECT_THAT(a.payloads(), testing::ElementsAre("1", "2"));
    publish(publisher, "t", "live");
    ASSERT_TRUE(settles([&] { return a.lease.session().in_flight_messages() == 3; }));
    flush(publisher);
    flush(a);
    crash();
    const auto again = persistent("a").take();
    std::vector<std::string> payloads;
    for (const Received& each : again) {
        payloads.push_back(each.payload);
        EXPECT_EQ(each.dup, each.payload == "live") << each.payload;
    }
    // Who was not noted as sent comes anew, and none is faster than it may be.
    EXPECT_THAT(payloads, testing::ElementsAre("live", "1", "2"));
}

// It goes in the transaction in which the last queue lets go of it.
TEST_P(Persisted, AMessageThatNoQueueHasIsDamage) {
    flush(persistent("a"));
    stop();
    storage::MessageBatch batch;
    storage::MessageBatch removal;
    removal.remove_message(77);
    {
        const auto opened = storage::MessageStore::open({.file = file()});
        ASSERT_TRUE(opened);
        batch.put_message({.id = 77, .topic = "t"});
        const storage::MessageBatch* const batches[] = {&batch};
        ASSERT_TRUE((*opened)->write(batches));
    }
    {
        const auto opened = storage::MessageStore::open({.file = file()});
        ASSERT_TRUE(opened);
        const TestBroker other(GetParam(), settings, nullptr, nullptr, opened->get());
        const auto restored = other.broker->restore();
        ASSERT_FALSE(restored);
        EXPECT_EQ(restored.error().kind, ErrorKind::Corrupt);
        EXPECT_THAT(restored.error().message, testing::HasSubstr("no queue has the message 77"));
        const storage::MessageBatch* const batches[] = {&removal};
        ASSERT_TRUE((*opened)->write(batches));
    }
    start(GetParam());
}

// A subscription with retained messages and a group that has something, in one SUBSCRIBE.
TEST_P(Persisted, WhatAGroupHadAndWhatIsRetainedArriveOnce) {
    FakeClient& publisher = persistent("source", 0);
    publisher.publish("r/1", "retained1", 2, Retain::Yes);
    publisher.publish("r/2", "retained2", 2, Retain::Yes);
    FakeClient& away = persistent(id_on(0, "away"));
    away.subscribe("$share/g/t", 2).value();
    away.disconnect();
    publish(publisher, "t", "shared", 2);
    FakeClient& a = persistent(id_on(0, "sink"));
    flush(a);
    a.lease.subscribe("r/#", {.qos = mqtt::Qos::ExactlyOnce}).value();
    a.lease.subscribe("$share/g/t", {.qos = mqtt::Qos::ExactlyOnce}).value();
    a.lease.send_retained();
    flush(a);
    flush(a);
    EXPECT_THAT(a.payloads(), UnorderedElementsAre("shared", "retained1", "retained2"));
}

}  // namespace
}  // namespace gatehouse::broker
