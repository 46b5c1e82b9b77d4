// What is refused because the disk takes nothing is delivered to nobody.
#include <gmock/gmock.h>

#include "broker/persisted_broker.h"

namespace gatehouse::broker {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RefusedPublish : public PersistedBroker {
protected:
    RefusedPublish() {
        // A lock that somebody else has stands for a full disk.
        busy_timeout = std::chrono::milliseconds(1);
        stop();
        start(GetParam());
    }
    // Publishes on t, under the packet id with QoS 2, and asks for the acknowledgement.
    void send(FakeClient& from, mqtt::PacketId id, std::string_view payload, int qos,
              Retain retain = Retain::No) {
        const Kept kept = qos == 2 ? from.publish_held("t", id, payload).kept
                                   : from.publish("t", payload, qos, retain).kept;
        if (kept == Kept::No) return from.not_kept.push_back(id);
        from.lease.acknowledge_when_kept(
            qos == 2 ? mqtt::PacketType::Pubrec : mqtt::PacketType::Puback, id);
    }
    // What the client gets until its loop has nothing more for it.
    std::vector<std::string> all_of(FakeClient& to) {
        flush(to);
        flush(to);
        return to.payloads();
    }
};

INSTANTIATE_TEST_SUITE_P(Loops, RefusedPublish, ::testing::Values(1, 2));

TEST_P(RefusedPublish, OfBothKindsReachesNobodyWhoIsAway) {
    for (const int qos : {1, 2}) {
        FakeClient& to = persistent(id_on(0, "to" + std::to_string(qos)));
        to.subscribe("t", qos).value();
        flush(to);
        to.disconnect();
        FakeClient& from = persistent(id_on(0, "from" + std::to_string(qos)));
        send(from, 1, "before", qos);
        ASSERT_TRUE(settles([&] { return from.kept.size() == 1; }));
        if (qos == 2) from.lease.release(1);
        {
            const auto full = full_disk();
            for (mqtt::PacketId id = 2; id < 12; ++id) send(from, id, "refused", qos);
            ASSERT_TRUE(settles([&] { return from.not_kept.size() == 10; })) << qos;
        }
        from.not_kept.clear();
        // The disk works when it has this.
        ASSERT_TRUE(settles([&] {
            send(from, 2, "after", qos);
            broker->settle();
            return from.kept.size() > 1 || std::exchange(from.not_kept, {}).empty();
        }));
        ASSERT_TRUE(settles([&] { return from.kept.size() > 1; }));
        crash();
        FakeClient& back = persistent(id_on(0, "to" + std::to_string(qos)));
        EXPECT_THAT(all_of(back), ElementsAre("before", "after")) << qos;
        clients.clear();
    }
}

TEST_P(RefusedPublish, OfQoS2ReachesNobodyWhoIsThere) {
    FakeClient& to = persistent(id_on(0, "to"));
    to.subscribe("t", 2).value();
    flush(to);
    FakeClient& from = persistent(id_on(0, "from"));
    flush(from);
    {
        const auto full = full_disk();
        for (mqtt::PacketId id = 1; id < 9; ++id) send(from, id, "refused", 2);
        ASSERT_TRUE(settles([&] { return from.not_kept.size() == 8; }));
    }
    EXPECT_THAT(all_of(to), IsEmpty());
    EXPECT_FALSE(from.lease.is_unreleased(1));
    send(from, 1, "again", 2);
    ASSERT_TRUE(settles([&] { return from.kept.size() == 1; }));
    EXPECT_THAT(all_of(to), ElementsAre("again"));
    EXPECT_EQ(on_disk("SELECT count(*) FROM messages"), 1);
}

TEST_P(RefusedPublish, OfQoS2IsNotRefusedOnceSomebodyHasIt) {
    FakeClient& away = persistent(id_on(0, "away"));
    away.subscribe("t", 2).value();
    flush(away);
    away.disconnect();
    FakeClient& there = client(id_on(0, "there")).connect();
    there.subscribe("t", 2).value();
    FakeClient& from = persistent(id_on(0, "from"));
    flush(from);
    {
        const auto full = full_disk();
        send(from, 1, "once", 2);
        ASSERT_TRUE(settles([&] { return broker->home_of(from.id()).is_disk_failing(); }));
        broker->settle();
        EXPECT_THAT(there.payloads(), ElementsAre("once"));
        EXPECT_THAT(from.not_kept, IsEmpty());
    }
    ASSERT_TRUE(settles([&] { return from.kept.size() == 1; }));
    EXPECT_THAT(all_of(persistent(id_on(0, "away"))), ElementsAre("once"));
}

TEST_P(RefusedPublish, OfQoS1IsTakenBackFromOtherLoopsAndGroups) {
    for (const std::string filter : {"t", "$share/g/t"}) {
        const std::string id = id_on(last_loop(), "to" + std::to_string(filter.size()));
        FakeClient& to = persistent(id);
        to.subscribe(filter, 1).value();
        flush(to);
        to.disconnect();
        FakeClient& from = persistent(id_on(0, "from" + std::to_string(filter.size())));
        flush(from);
        {
            const auto full = full_disk();
            for (mqtt::PacketId each = 1; each < 4; ++each) send(from, each, "refused", 1);
            ASSERT_TRUE(settles([&] { return from.not_kept.size() == 3; }));
            broker->settle();
        }
        EXPECT_THAT(all_of(persistent(id)), IsEmpty()) << filter;
        clients.clear();
    }
}

TEST_P(RefusedPublish, LeavesTheRetainedMessageThatWasThereBefore) {
    FakeClient& from = persistent(id_on(0, "from"));
    flush(from);
    const auto retained = [&](const std::string& id) {
        FakeClient& client = persistent(id_on(0, id));
        client.subscribe("t", 1).value();
        return all_of(client);
    };
    for (const std::string before : {"", "before"}) {
        publish(from, "t", before, 1, Retain::Yes);
        {
            const auto full = full_disk();
            send(from, 1, "refused", 1, Retain::Yes);
            send(from, 2, "refused, too", 1, Retain::Yes);
            send(from, 3, "", 1, Retain::Yes);
            ASSERT_TRUE(settles([&] { return from.not_kept.size() == 3; }));
            from.not_kept.clear();
        }
        flush(from);
        const std::vector<std::string> expected(before.empty() ? 0 : 1, before);
        EXPECT_EQ(retained("a" + before), expected);
    }
    crash();
    EXPECT_THAT(retained("b"), ElementsAre("before"));
}

}  // namespace
}  // namespace gatehouse::broker
