// What survives a restart, and what waits for the disk. A crash is a copy of the database, taken
// while the broker runs, with which another broker starts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <set>
#include <thread>

#include "broker/test_broker.h"
#include "storage/message_store.h"
#include "storage/statement.h"

namespace gatehouse::broker {
namespace {

using storage::MessageStore;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

namespace fs = std::filesystem;

class Persisted : public ::testing::TestWithParam<std::size_t> {
protected:
    Persisted() {
        std::string pattern = (fs::temp_directory_path() / "gatehouse-test-XXXXXX").string();
        folder_ = ::mkdtemp(pattern.data());
        start(GetParam());
    }
    ~Persisted() override {
        stop();
        fs::remove_all(folder_);
    }

    void start(std::size_t loops) {
        auto opened = MessageStore::open({.file = file()});
        ASSERT_TRUE(opened) << opened.error().describe();
        store = std::move(*opened);
        broker = std::make_unique<TestBroker>(loops, settings, nullptr, nullptr, store.get());
        const auto restored = broker->broker->restore();
        ASSERT_TRUE(restored) << restored.error().describe();
        broker->settle();
    }
    void stop() {
        clients.clear();
        broker.reset();
        store.reset();
    }
    // The process dies without a word, and another one starts.
    void crash(std::size_t loops = 0) {
        const std::string copy = folder_ + "/copy.db";
        for (const char* end : {"", "-wal"}) {
            fs::remove(copy + end);
            if (fs::exists(file() + end)) fs::copy_file(file() + end, copy + end);
        }
        stop();
        for (const char* end : {"", "-wal"}) {
            fs::remove(file() + end);
            if (fs::exists(copy + end)) fs::rename(copy + end, file() + end);
        }
        fs::remove(file() + "-shm");
        start(loops == 0 ? GetParam() : loops);
    }

    FakeClient& client(const std::string& id, int version = 5) {
        clients.push_back(std::make_unique<FakeClient>(*broker, id));
        if (version == 5) clients.back()->version = mqtt::ProtocolVersion::V5;
        return *clients.back();
    }
    FakeClient& persistent(const std::string& id, std::uint32_t expiry = 3600) {
        return client(id).connect(CleanStart::No, expiry);
    }
    // Turns the loops until the condition holds.
    template <class Condition>
    [[nodiscard]] bool settles(Condition condition) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (!condition()) {
            if (std::chrono::steady_clock::now() > end) return false;
            // What was sent waits a moment for its acknowledgement.
            const SteadyTime soon = broker->clock.steady_now() + std::chrono::milliseconds(3);
            if (std::ranges::any_of(broker->ports,
                                    [&](const auto& port) { return port->look <= soon; })) {
                broker->advance(std::chrono::milliseconds(3));
            }
            broker->settle();
            std::this_thread::yield();
        }
        return true;
    }
    // Turns this loop alone, and no clock, until the condition holds.
    template <class Condition>
    [[nodiscard]] bool settles_alone(std::size_t loop, Condition condition) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (!condition()) {
            if (std::chrono::steady_clock::now() > end) return false;
            broker->turn(loop);
            std::this_thread::yield();
        }
        return true;
    }
    std::size_t loop_of(const std::string& id) const {
        return broker->broker->home_of(Tenant{}, id);
    }
    // A client id that lives on this loop.
    std::string id_on(std::size_t loop, const std::string& name) const {
        std::string id = name;
        while (loop_of(id) != loop) id += "'";
        return id;
    }
    std::int64_t on_disk(std::string_view count) const {
        const auto database = storage::Database::open({.file = file()});
        return (*database)->number(count).value();
    }
    std::size_t last_loop() const { return GetParam() - 1; }
    // Everything that the client's loop has is on disk.
    void flush(FakeClient& any) {
        const auto told = any.kept.size();
        // Nobody waits for removals; what comes after them is not on disk before they are.
        any.publish("$flush", std::to_string(++flushed_), 1, Retain::Yes);
        any.lease.acknowledge_when_kept(mqtt::PacketType::Puback, 1);
        ASSERT_TRUE(settles([&] { return any.kept.size() > told; }));
    }
    // Publishes as a client would, and waits for the acknowledgement.
    void publish(FakeClient& from, std::string_view topic, std::string_view payload, int qos = 1,
                 Retain retain = Retain::No) {
        const auto outcome = from.publish(topic, payload, qos, retain);
        if (outcome.kept != Kept::OnItsWay) return;
        const auto told = from.kept.size();
        from.lease.acknowledge_when_kept(mqtt::PacketType::Puback, 1);
        ASSERT_TRUE(settles([&] { return from.kept.size() > told; }));
    }

    // The payloads of QoS 2 that these sessions get, to the end of their conversations.
    std::vector<std::string> received_by(const std::vector<std::string>& ids) {
        std::vector<FakeClient*> online;
        for (const auto& id : ids) online.push_back(&persistent(id));
        for (FakeClient* each : online) flush(*each);
        std::vector<std::string> payloads;
        for (FakeClient* each : online) {
            for (const auto& received : each->take()) {
                payloads.push_back(received.payload);
                each->lease.note_received(received.id);
                each->lease.note_completed(received.id);
            }
            flush(*each);
        }
        return payloads;
    }

    std::string file() const { return folder_ + "/messages.db"; }

    BrokerSettings settings = TestBroker::default_settings();
    std::unique_ptr<MessageStore> store;
    std::unique_ptr<TestBroker> broker;
    std::vector<std::unique_ptr<FakeClient>> clients;

private:
    std::string folder_;
    int flushed_ = 0;
};

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

INSTANTIATE_TEST_SUITE_P(Loops, Persisted, ::testing::Values(1, 3));

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

// [MQTT-4.3.3]: a QoS 2 message is not repeated, whenever the server dies.
TEST_P(Persisted, Qos2KeepsItsPlaceInTheConversation) {
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
TEST_P(Persisted, Qos2ToASessionIsNumberedManyAtOnce) {
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
TEST_P(Persisted, Qos2ReachesAClientThatComesBackAtOnce) {
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
    EXPECT_FALSE(received[0].dup);
}

TEST_P(Persisted, HeldPacketIdsOfTheClientSurvive) {
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

TEST_P(Persisted, WillsSurvive) {
    AttachRequest request;
    request.clean_start = CleanStart::No;
    request.session_expiry_seconds = 3600;
    request.will = std::make_unique<Will>();
    request.will->topic = "will";
    request.will->payload = {'g', 'o', 'n', 'e'};
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
    EXPECT_THAT(again.payloads(), ElementsAre("gone")) << "the crash was the connection's end";
    flush(again);
    crash();
    FakeClient& later = persistent("watcher");
    broker->advance(std::chrono::seconds(20));
    EXPECT_THAT(later.take(), IsEmpty()) << "published once";
}

// The session's row without the will is on disk, the will's message is not.
TEST_P(Persisted, AWillThatIsBeingPublishedSurvives) {
    const std::string mortal = id_on(0, "mortal");
    const std::string watcher = id_on(last_loop(), "watcher");
    for (const auto clean : {CleanStart::No, CleanStart::Yes}) {
        FakeClient& online = persistent(watcher);
        online.subscribe("will", 1).value();
        AttachRequest request;
        request.session_expiry_seconds = 3600;
        request.will = std::make_unique<Will>();
        request.will->topic = "will";
        request.will->payload = {'g', 'o', 'n', 'e'};
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
        const auto received = again.take_and_acknowledge();
        ASSERT_THAT(received, SizeIs(1));
        EXPECT_EQ(received[0].payload, "gone");
        flush(again);
        crash();
        broker->advance(std::chrono::seconds(1));
        EXPECT_THAT(persistent(watcher).take(), IsEmpty()) << "published once";
        EXPECT_EQ(on_disk("SELECT count(*) FROM sessions WHERE length(will) != 0"), 0);
    }
}

TEST_P(Persisted, ADelayedWillDoesNotProlongItsSession) {
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
    broker->clock.advance(
        std::chrono::floor<std::chrono::milliseconds>(now - broker->clock.steady_now()));
    broker->advance(std::chrono::seconds(20));
    EXPECT_EQ(broker->home_of("a").find(Tenant{}, "a"), nullptr) << "60 seconds are over";
}

TEST_P(Persisted, TimeGoesOnWhileTheServerIsAway) {
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

TEST_P(Persisted, WhatWasHandedOnIsWithItsNewSession) {
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
    for (const auto& received : persistent("b").take_and_acknowledge()) {
        payloads.push_back(received.payload);
    }
    EXPECT_THAT(payloads, UnorderedElementsAre("0", "1", "2"));
}

TEST_P(Persisted, TheServerStartsAfterASessionWasResumedWithoutExpiry) {
    FakeClient& sleeper = persistent("a");
    sleeper.subscribe("t", 1).value();
    flush(sleeper);
    sleeper.disconnect();
    client("a").connect(CleanStart::No, 0);
    publish(persistent("p", 0), "t", "x");
    crash();
    EXPECT_EQ(broker->home_of("a").find(Tenant{}, "a"), nullptr) << "its connection is lost";
}

TEST_P(Persisted, NothingIsLeftOfASessionResumedWithoutExpiry) {
    FakeClient& sleeper = persistent("a");
    sleeper.subscribe("t", 1).value();
    flush(sleeper);
    sleeper.disconnect();
    FakeClient& publisher = persistent("p", 0);
    publish(publisher, "t", "x");
    FakeClient& again = client("a").connect(CleanStart::No, 0);
    EXPECT_EQ(again.take_and_acknowledge().size(), 1u);
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
TEST_P(Persisted, WhatIsBeingHandedOnOutlivesACrash) {
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
        broker->settle();
        std::set<std::string> payloads;
        for (const auto& each : heir.take_and_acknowledge()) payloads.insert(each.payload);
        EXPECT_THAT(payloads, UnorderedElementsAre("0", "1", "2"));
        flush(heir);
        heir.lease.detach(WillFate::Discard, 0);
        flush(persistent("publisher", 0));
    }
}

// [MQTT-4.3.3]: whichever loops had written what they have of the message when the server died,
// after the repetition each subscriber, and one member of each group, has it once.
TEST_P(Persisted, Qos2OfAPublisherReachesEachOnceWhateverWasWritten) {
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
        if (!again.lease.is_unreleased(9) || again.lease.may_be_incomplete(9)) {
            again.publish_held("t", 9, payload);
        }
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
TEST_P(Persisted, AHeldIdIsNotOnDiskBeforeItsMessage) {
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

TEST_P(Persisted, AHeldIdThatIsReleasedAtOnceIsReleased) {
    FakeClient& a = persistent("a");
    a.publish_held("t", 7);
    EXPECT_TRUE(a.lease.release(7));
    flush(a);
    EXPECT_EQ(on_disk("SELECT count(*) FROM held_parts"), 0);
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

TEST_P(Persisted, NothingIsLeftOfWhatEnded) {
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
TEST_P(Persisted, WhatWandersFromLoopToLoopOutlivesACrash) {
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
    const auto received = again.take_and_acknowledge();
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

TEST_P(Persisted, MessagesOfNobodyAreCleared) {
    flush(persistent("a"));
    stop();
    {
        const auto opened = MessageStore::open({.file = file()});
        ASSERT_TRUE(opened);
        storage::MessageBatch batch;
        batch.put_message({.id = 77, .topic = "t"});
        const storage::MessageBatch* const batches[] = {&batch};
        ASSERT_TRUE((*opened)->write(batches));
    }
    start(GetParam());
    flush(persistent(id_on(0, "b")));
    EXPECT_EQ(on_disk("SELECT count(*) FROM messages"), 0);
}

}  // namespace
}  // namespace gatehouse::broker
