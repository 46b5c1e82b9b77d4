// What has expired gives way to what is new.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "broker/persisted_broker.h"

namespace gatehouse::broker {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::uint32_t keeps = never_expires;

void publish_expiring(FakeClient& from, std::string_view topic, std::string_view payload,
                      std::uint32_t expiry) {
    Publisher& publisher = from.lease.publisher();
    const std::uint8_t properties[] = {0x02, 0, 0, 0, static_cast<std::uint8_t>(expiry)};
    const bool expires = expiry != keeps;
    publisher.publish(publisher.route_for(topic),
                      {.payload = bytes_of(payload),
                       .properties = expires ? BytesView(properties) : BytesView(),
                       .expiry_seconds = expiry,
                       .expiry_at = expires ? 1U : 0U,
                       .qos = mqtt::Qos::AtLeastOnce});
}

class DeliveryExpiry : public ::testing::TestWithParam<std::size_t> {
protected:
    void start() {
        broker.emplace(GetParam(), settings);
        publisher.emplace(*broker, "publisher");
        publisher->connect();
    }
    void publish(std::string_view topic, std::string_view payload, std::uint32_t expiry = keeps) {
        publish_expiring(*publisher, topic, payload, expiry);
        broker->settle();
    }
    static FakeClient& connect(FakeClient& client) {
        client.version = mqtt::ProtocolVersion::V5;
        return client.connect(CleanStart::No, 3600);
    }
    std::size_t queued_bytes() const {
        std::size_t bytes = 0;
        for (std::size_t i = 0; i < broker->broker->loop_count(); ++i) {
            bytes += broker->broker->shard(i).queued_bytes();
        }
        return bytes;
    }
    std::uint64_t dropped() const { return broker->dropped(DropCause::QueueFull); }

    BrokerSettings settings = TestBroker::default_settings();
    std::optional<TestBroker> broker;
    std::optional<FakeClient> publisher;
};

INSTANTIATE_TEST_SUITE_P(Loops, DeliveryExpiry, ::testing::Values(1, 4));

TEST_P(DeliveryExpiry, AFullQueueGivesUpWhatHasExpired) {
    settings.limits.session_queue_messages_max = 3;
    start();
    FakeClient away(*broker, "away");
    ASSERT_TRUE(connect(away).subscribe("t", 1));
    away.disconnect();
    publish("t", "brief 1", 5);
    publish("t", "lasting");
    publish("t", "brief 2", 5);
    publish("t", "no room", 5);
    EXPECT_EQ(dropped(), 1U);
    // The clock alone, so that nothing was looked for before.
    broker->clock.advance(std::chrono::seconds(6));
    for (const auto& port : broker->ports) port->time = broker->clock.steady_now();
    publish("t", "new 1");
    publish("t", "new 2");
    publish("t", "no room");
    EXPECT_EQ(dropped(), 2U);
    EXPECT_EQ(broker->dropped(DropCause::Expired), 2U);
    EXPECT_THAT(connect(away).payloads(), ElementsAre("lasting", "new 1", "new 2"));
}

TEST_P(DeliveryExpiry, SoDoesOneThatIsFullOfBytes) {
    settings.limits.session_queue_bytes_max = 2500;
    start();
    FakeClient away(*broker, "away");
    ASSERT_TRUE(connect(away).subscribe("t", 1));
    away.disconnect();
    const std::string large(900, 'x');
    publish("t", large, 5);
    publish("t", large, 5);
    broker->clock.advance(std::chrono::seconds(6));
    for (const auto& port : broker->ports) port->time = broker->clock.steady_now();
    publish("t", "new" + large);
    EXPECT_EQ(dropped(), 0U);
    EXPECT_THAT(connect(away).payloads(), ElementsAre("new" + large));
}

TEST_P(DeliveryExpiry, WhatExpiresTakesNoRoomFromOtherSessions) {
    settings.limits.queues_bytes_max = 100'000;
    start();
    FakeClient away(*broker, "away");
    ASSERT_TRUE(connect(away).subscribe("brief", 1));
    away.disconnect();
    const std::string large(900, 'x');
    for (int i = 0; i < 120; ++i) publish("brief", large, 60);
    ASSERT_GT(dropped(), 0U);
    const std::uint64_t before = dropped();
    // One that expires sooner than what was there first, and what keeps does not matter.
    FakeClient other(*broker, "other");
    ASSERT_TRUE(connect(other).subscribe("t", 1));
    other.disconnect();
    broker->advance(std::chrono::seconds(61));
    EXPECT_EQ(queued_bytes(), 0U) << "though nobody came back or published";
    for (int i = 0; i < 50; ++i) publish("t", large);
    EXPECT_EQ(dropped(), before);
    EXPECT_THAT(connect(other).payloads(), SizeIs(50));
}

TEST_P(DeliveryExpiry, TheEarliestIsLookedForWhateverCameFirst) {
    start();
    FakeClient away(*broker, "away");
    ASSERT_TRUE(connect(away).subscribe("t", 1));
    away.disconnect();
    publish("t", "lasting");
    publish("t", "long", 200);
    publish("t", "short", 10);
    broker->advance(std::chrono::seconds(11));
    EXPECT_EQ(broker->dropped(DropCause::Expired), 1U);
    // Nor is it forgotten when its client was there in between and did not take it.
    AttachRequest request;
    request.clean_start = CleanStart::No;
    request.session_expiry_seconds = 3600;
    request.receive_maximum = 1;
    away.connect(std::move(request));
    EXPECT_THAT(away.payloads(), ElementsAre("lasting"));
    broker->advance(std::chrono::seconds(100));
    away.disconnect();
    broker->advance(std::chrono::seconds(100));
    EXPECT_EQ(broker->dropped(DropCause::Expired), 2U);
}

TEST_P(DeliveryExpiry, AMemberThatIsAwayTakesPartAgain) {
    settings.limits.session_queue_messages_max = 2;
    start();
    std::vector<std::unique_ptr<FakeClient>> members;
    for (const char* name : {"one", "two", "three"}) {
        members.push_back(std::make_unique<FakeClient>(*broker, name));
        ASSERT_TRUE(connect(*members.back()).subscribe("$share/g/t", 1));
    }
    for (const auto& member : members) member->disconnect();
    for (int i = 0; i < 7; ++i) publish("t", "brief", 5);
    EXPECT_EQ(dropped(), 1U);
    broker->advance(std::chrono::seconds(6));
    for (int i = 0; i < 6; ++i) publish("t", "new");
    EXPECT_EQ(dropped(), 1U);
    broker->advance(std::chrono::seconds(1));
    connect(*members[0]);
    broker->settle();
    EXPECT_THAT(members[0]->take_and_acknowledge(), SizeIs(6)) << "what others have comes along";
}

class ExpiryOnDisk : public PersistedBroker {};

INSTANTIATE_TEST_SUITE_P(Loops, ExpiryOnDisk, ::testing::Values(1, 3));

TEST_P(ExpiryOnDisk, WhatExpiredLeavesTheDisk) {
    FakeClient& away = persistent("away");
    ASSERT_TRUE(away.subscribe("t", 1));
    away.disconnect();
    FakeClient& publisher = persistent("publisher", 0);
    publish_expiring(publisher, "t", "brief", 5);
    publish_expiring(publisher, "t", "later", 100);
    flush(publisher);
    crash();
    EXPECT_EQ(on_disk("SELECT count(*) FROM queued"), 2);
    broker->advance(std::chrono::seconds(6));
    FakeClient& again = persistent("publisher", 0);
    flush(again);
    EXPECT_EQ(on_disk("SELECT count(*) FROM queued"), 1);
    EXPECT_EQ(on_disk("SELECT count(*) FROM messages"), 1);
    EXPECT_THAT(persistent("away").payloads(), ElementsAre("later"));
}

}  // namespace
}  // namespace gatehouse::broker
