#include "rules/targets/kafka_targets.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "net/loop_fixture.h"
#include "rules/action.h"
#include "rules/targets/kafka_mock_cluster.h"

namespace gatehouse::rules {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class KafkaTargetsTest : public net::LoopFixture {
protected:
    KafkaTargetsTest() { open({.ranges = this_machine()}); }

    static std::vector<net::AddressRange> this_machine() {
        return {net::AddressRange::parse("127.0.0.0/8").value()};
    }
    void open(KafkaTargets::Settings settings) {
        settings.thread.delivery_max = std::chrono::milliseconds(3'000);
        targets = std::make_unique<KafkaTargets>(loop, std::move(settings));
    }
    static KafkaTermsPtr terms(std::string brokers, std::string protocol = "plaintext") {
        return std::make_shared<const KafkaTerms>(
            KafkaTerms{.settings = {{"bootstrap.servers", std::move(brokers)},
                                    {"security.protocol", protocol}},
                       .is_encrypted = protocol == "ssl"});
    }
    void begin(KafkaTermsPtr terms, KafkaRecord record, std::optional<Result<void>>& outcome) {
        tasks.start([](auto& self, KafkaTermsPtr terms, KafkaRecord record,
                       auto& outcome) -> async::Task<void> {
            outcome =
                co_await self.targets->send(std::move(terms), std::move(record), Deadline::never());
        }(*this, std::move(terms), std::move(record), outcome));
    }
    // "sent", or the kind of the error and its sentence.
    std::string send(KafkaTermsPtr terms, KafkaRecord record) {
        std::optional<Result<void>> outcome;
        begin(std::move(terms), std::move(record), outcome);
        while (!outcome) loop.run_once(std::chrono::milliseconds(20));
        last_kind = *outcome ? std::nullopt : std::optional(outcome->error().kind);
        return *outcome ? "sent"
                        : fmt::format("{}: {}", name_of(outcome->error().kind),
                                      outcome->error().message);
    }
    void TearDown() override {
        targets->close();
        finish();
        targets.reset();
    }

    KafkaMockCluster cluster;
    std::unique_ptr<KafkaTargets> targets;
    std::optional<ErrorKind> last_kind;
};

TEST_F(KafkaTargetsTest, RecordsArriveAsTheyAre) {
    cluster.make_topic("lamps", 4);
    const std::string payload("\0\xFF{}", 4);
    EXPECT_EQ(send(terms(cluster.brokers()), {.topic = "lamps",
                                              .key = "lamp-1",
                                              .partition = 2,
                                              .headers = {{"a", "1"}, {"b", ""}},
                                              .payload = payload}),
              "sent");
    const auto read = cluster.read("lamps", 4, 1);
    ASSERT_THAT(read, SizeIs(1));
    EXPECT_EQ(read[0].topic, "lamps");
    EXPECT_EQ(read[0].partition, 2);
    EXPECT_EQ(read[0].key, "lamp-1");
    EXPECT_THAT(read[0].headers, ElementsAre(::testing::Pair("a", "1"), ::testing::Pair("b", "")));
    EXPECT_EQ(read[0].payload, payload);
}

TEST_F(KafkaTargetsTest, TheKeyChoosesThePartitionAsInKafkasOwnClient) {
    cluster.make_topic("keyed", 4);
    for (const char* const key : {"lamp-1", "lamp-1", "lamp-1"}) {
        ASSERT_EQ(send(terms(cluster.brokers()), {.topic = "keyed", .key = key, .payload = "x"}),
                  "sent");
    }
    const auto read = cluster.read("keyed", 4, 3);
    ASSERT_THAT(read, SizeIs(3));
    EXPECT_EQ(read[1].partition, read[0].partition);
    EXPECT_EQ(read[2].partition, read[0].partition);
    EXPECT_EQ(targets->producers(), 1u) << "shared by equal terms";
}

TEST_F(KafkaTargetsTest, WithoutAKeyThereIsNone) {
    cluster.make_topic("plain", 1);
    ASSERT_EQ(send(terms(cluster.brokers()), {.topic = "plain", .payload = ""}), "sent");
    const auto read = cluster.read("plain", 1, 1);
    ASSERT_THAT(read, SizeIs(1));
    EXPECT_EQ(read[0].key, std::nullopt);
    EXPECT_EQ(read[0].payload, "");
}

TEST_F(KafkaTargetsTest, NobodyThereMayPass) {
    const std::string told = send(terms("127.0.0.1:1"), {.topic = "t", .payload = "x"});
    EXPECT_THAT(told, HasSubstr("No broker took the record: "));
    EXPECT_THAT(told, HasSubstr("Connection refused"));
    ASSERT_TRUE(last_kind);
    EXPECT_TRUE(is_worth_repeating(*last_kind));
}

TEST_F(KafkaTargetsTest, ATopicThatIsNotThereFailsForGood) {
    cluster.make_topic("gone", 1);
    cluster.set_error("gone", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
    EXPECT_THAT(send(terms(cluster.brokers()), {.topic = "gone", .payload = "x"}),
                HasSubstr("The brokers have no such topic."));
    EXPECT_EQ(last_kind, ErrorKind::NotFound);
    cluster.make_topic("small", 1);
    EXPECT_THAT(send(terms(cluster.brokers()), {.topic = "small", .partition = 7, .payload = "x"}),
                HasSubstr("no such partition"));
}

TEST_F(KafkaTargetsTest, WhatABrokerRefusesIsTold) {
    cluster.make_topic("closed", 1);
    cluster.refuse_next(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
    EXPECT_THAT(send(terms(cluster.brokers()), {.topic = "closed", .payload = "x"}),
                HasSubstr("The record was refused: "));
    EXPECT_EQ(last_kind, ErrorKind::NotAllowed);
}

TEST_F(KafkaTargetsTest, ConnectionsLeadNowhereElse) {
    open({});
    cluster.make_topic("t", 1);
    for (const char* const protocol : {"plaintext", "ssl"}) {
        EXPECT_THAT(send(terms(cluster.brokers(), protocol), {.topic = "t", .payload = "x"}),
                    HasSubstr("rules.http-to"))
            << protocol;
        EXPECT_EQ(last_kind, ErrorKind::NotAllowed) << protocol;
    }
    EXPECT_FALSE(targets->may_reach("127.0.0.1", true));
    EXPECT_FALSE(targets->may_reach("b.example", false));
    EXPECT_TRUE(targets->may_reach("b.example", true));
    open({.ranges = this_machine()});
    EXPECT_TRUE(targets->may_reach("127.0.0.1", false));
    EXPECT_FALSE(targets->may_reach("10.0.0.1", true));
}

TEST_F(KafkaTargetsTest, TooMuchOnItsWayIsNotTaken) {
    open({.ranges = this_machine(), .records_max = 1});
    std::optional<Result<void>> first;
    begin(terms("127.0.0.1:1"), {.topic = "t", .payload = "x"}, first);
    loop.run_once(std::chrono::milliseconds(0));
    send(terms("127.0.0.1:1"), {.topic = "t", .payload = "x"});
    EXPECT_EQ(last_kind, ErrorKind::Throttled);
    targets->close();
    while (!first) loop.run_once(std::chrono::milliseconds(20));
    ASSERT_FALSE(*first);
    EXPECT_EQ(first->error().kind, ErrorKind::Cancelled);
    send(terms("127.0.0.1:1"), {.topic = "t", .payload = "x"});
    EXPECT_EQ(last_kind, ErrorKind::Cancelled);
}

TEST_F(KafkaTargetsTest, AnUnusedProducerIsClosed) {
    open({.ranges = this_machine(), .thread = {.idle_max = std::chrono::milliseconds(1)}});
    cluster.make_topic("t", 1);
    ASSERT_EQ(send(terms(cluster.brokers()), {.topic = "t", .payload = "x"}), "sent");
    while (targets->producers() > 0) loop.run_once(std::chrono::milliseconds(20));
    EXPECT_EQ(send(terms(cluster.brokers()), {.topic = "t", .payload = "x"}), "sent");
}

}  // namespace
}  // namespace gatehouse::rules
