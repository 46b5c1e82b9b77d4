#include "gateway/drop_reports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "base/allocation_count.h"
#include "broker/test_broker.h"
#include "logs/configured_levels.h"

namespace gatehouse::gateway {
namespace {

using broker::DropCause;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view topic = "a/topic/that/is/longer/than/a/string/holds/in/place";

struct Keeping final : logs::EventSink {
    void record(const logs::Event& event) override { topics.emplace_back(event.topic_name); }
    void append(const logs::StreamRef&, WallTime, std::string_view, logs::Importance) override {}
    std::vector<std::string> topics;
};

struct Reports : ::testing::Test {
    void drop(broker::FakeClient& client, DropCause cause = DropCause::OutboundFull) {
        reports.on_dropped(client.lease.session(), topic, mqtt::Qos::AtMostOnce, cause, 0);
    }
    std::uint64_t allocations_of_100_drops(broker::FakeClient& client) {
        const std::uint64_t before = allocation_count();
        for (int i = 0; i < 100; ++i) drop(client);
        return allocation_count() - before;
    }
    // Two seconds later, when what was dropped has been told.
    void turn_later() {
        broker.clock.advance(std::chrono::seconds(2));
        loop.run_once(std::chrono::milliseconds(0));
        loop.run_once(std::chrono::milliseconds(0));
    }

    Keeping log;
    logs::ConfiguredLevels levels{logs::Level::Error};
    broker::TestBroker broker;
    async::EventLoop loop{broker.clock, {}};
    std::array<async::EventLoop*, 1> loops{&loop};
    SystemRandom random;
    DropReports reports{loops, log, levels, random};
    broker::FakeClient client{broker, "a-client-id-that-is-longer-than-a-string-holds-in-place"};
};

TEST_F(Reports, TheFirstOfManyDropsAllocatesAndNoOther) {
    client.connect();
    drop(client);
    EXPECT_EQ(allocations_of_100_drops(client), 0U);
    turn_later();
    EXPECT_THAT(log.topics, ElementsAre(topic));
    drop(client);  // is told in a minute
    EXPECT_EQ(allocations_of_100_drops(client), 0U);
}

TEST_F(Reports, DropsThatTheLogDoesNotKeepAllocateNothing) {
    logs::TenantLevels own{.default_level = logs::Level::Disabled, .all_disabled = false};
    own.targets[{logs::LevelTargetType::ClientId, "another"}] = logs::Level::Error;
    levels.set(Tenant{}, own);
    client.connect();
    EXPECT_EQ(allocations_of_100_drops(client), 0U);
    turn_later();
    EXPECT_THAT(log.topics, IsEmpty());

    levels.set(Tenant{}, {.default_level = logs::Level::Error, .all_disabled = false});
    drop(client);
    turn_later();
    EXPECT_THAT(log.topics, ElementsAre(topic)) << "none was counted while it was disabled";
}

TEST_F(Reports, DropsBeyondTheClientsThatAreToldApartAllocateOnce) {
    const Tenant far{AccountId("000000000000"), Region("a-region-longer-than-in-place")};
    std::deque<broker::FakeClient> clients;
    for (int i = 0; i < 1025; ++i) {
        clients.emplace_back(broker, "client-" + std::to_string(i)).connect({.tenant = far});
        drop(clients.back());
    }
    EXPECT_EQ(allocations_of_100_drops(clients.back()), 0U);
}

}  // namespace
}  // namespace gatehouse::gateway
