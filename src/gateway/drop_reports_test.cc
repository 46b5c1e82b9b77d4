#include "gateway/drop_reports.h"

#include <fmt/format.h>
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
    void record(const logs::Event& event) override {
        topics.emplace_back(event.topic_name);
        origins.push_back(fmt::format("{} {}", event.origin.principal_id, event.origin.source_ip));
    }
    void append(const logs::StreamRef&, WallTime, std::string_view, logs::Importance) override {}
    std::vector<std::string> topics;
    std::vector<std::string> origins;
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
    Taker taker;
    DropReports reports{loops, log, levels, random,
                        [this](const broker::Session&) { return taker; }};
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

TEST_F(Reports, TheLevelOfWhoTakesTheMessagesHolds) {
    taker = {.principal_id = "alice", .source_ip = "192.0.2.1"};
    client.connect();
    using Type = logs::LevelTargetType;
    for (const auto& [type, name] : {std::pair(Type::PrincipalId, taker.principal_id),
                                     std::pair(Type::SourceIp, taker.source_ip)}) {
        logs::TenantLevels own{.default_level = logs::Level::Error};
        own.targets[{type, std::string(name)}] = logs::Level::Disabled;
        levels.set(Tenant{}, own);
        drop(client);
        turn_later();
        EXPECT_THAT(log.origins, IsEmpty()) << name;
        own.default_level = logs::Level::Disabled;
        own.targets.begin()->second = logs::Level::Error;
        levels.set(Tenant{}, own);
        drop(client);
        turn_later();
        EXPECT_THAT(std::exchange(log.origins, {}), ElementsAre("alice 192.0.2.1")) << name;
        broker.clock.advance(std::chrono::minutes(2));  // until it may be told again
        turn_later();
    }
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
