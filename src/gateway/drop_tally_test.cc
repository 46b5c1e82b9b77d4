#include "gateway/drop_tally.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::gateway {
namespace {

using broker::DropCause;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

const SteadyTime tally_start{seconds(1000)};
const Tenant tenant{AccountId("000000000000"), Region("us-east-1")};

auto told(std::string_view client_id, DropCause cause, std::uint64_t count,
          std::string_view topic) {
    using Dropped = DropTally::Dropped;
    return AllOf(Field(&Dropped::client_id, client_id), Field(&Dropped::cause, cause),
                 Field(&Dropped::count, count), Field(&Dropped::topic, topic));
}

struct Tally : ::testing::Test {
    void drop(std::string_view client_id, DropCause cause = DropCause::QueueFull,
              std::string_view topic = "t") {
        drop_of("tester", client_id, cause, topic);
    }
    void drop_of(std::string_view principal_id, std::string_view client_id,
                 DropCause cause = DropCause::QueueFull, std::string_view topic = "t",
                 std::string_view source_ip = "192.0.2.1") {
        const DropTally::Subject subject{tenant, client_id, principal_id, source_ip, cause};
        const DropTally::Message message{topic, mqtt::Qos::AtLeastOnce};
        if (!tally.count(subject, message)) tally.add(subject, message);
    }
    DropTally tally;
};

TEST_F(Tally, TellsEachClientsDropsOfACauseTogether) {
    EXPECT_TRUE(tally.is_empty());
    drop("a");
    drop("a", DropCause::QueueFull, "another");
    drop("a", DropCause::Expired);
    drop("b");
    EXPECT_THAT(tally.take(tally_start),
                UnorderedElementsAre(told("a", DropCause::QueueFull, 2, "t"),
                                     told("a", DropCause::Expired, 1, "t"),
                                     told("b", DropCause::QueueFull, 1, "t")));
    drop("a", DropCause::QueueFull, "another");
    EXPECT_THAT(tally.take(tally_start + seconds(60)),
                ElementsAre(told("a", DropCause::QueueFull, 1, "another")));
}

TEST_F(Tally, TellsPrincipalsApartThatUseOneClientId) {
    drop_of("alice", "a");
    drop_of("alice", "a");
    drop_of("bob", "a");
    using Dropped = DropTally::Dropped;
    EXPECT_THAT(tally.take(tally_start),
                UnorderedElementsAre(
                    AllOf(Field(&Dropped::principal_id, "alice"), Field(&Dropped::count, 2)),
                    AllOf(Field(&Dropped::principal_id, "bob"), Field(&Dropped::count, 1),
                          Field(&Dropped::source_ip, "192.0.2.1"))));
}

// Levels may be set for an address, and who is away has none.
TEST_F(Tally, TellsAddressesApart) {
    drop_of("alice", "a");
    for (int i = 0; i < 3; ++i) drop_of("alice", "a", DropCause::QueueFull, "t", "");
    using Dropped = DropTally::Dropped;
    EXPECT_THAT(tally.take(tally_start),
                UnorderedElementsAre(
                    AllOf(Field(&Dropped::source_ip, "192.0.2.1"), Field(&Dropped::count, 1)),
                    AllOf(Field(&Dropped::source_ip, ""), Field(&Dropped::count, 3))));
}

TEST_F(Tally, TellsNoneMoreThanOnceAMinuteAndForgetsNoCount) {
    drop("a");
    EXPECT_THAT(tally.take(tally_start), SizeIs(1));
    for (int i = 0; i < 5; ++i) drop("a");
    EXPECT_THAT(tally.take(tally_start + seconds(59)), IsEmpty());
    EXPECT_FALSE(tally.is_empty()) << "there is something to tell later";
    const auto told = tally.take(tally_start + seconds(60));
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_EQ(told[0].count, 5u);
    EXPECT_THAT(tally.take(tally_start + seconds(120)), IsEmpty());
    EXPECT_TRUE(tally.is_empty()) << "it was quiet for a minute";
}

TEST_F(Tally, IsBounded) {
    for (std::size_t i = 0; i < DropTally::entries_max + 7; ++i) drop("c" + std::to_string(i));
    const auto told = tally.take(tally_start);
    ASSERT_THAT(told, SizeIs(DropTally::entries_max + 1));
    EXPECT_EQ(told.back().client_id, "");
    EXPECT_EQ(told.back().count, 7u);
}

}  // namespace
}  // namespace gatehouse::gateway
