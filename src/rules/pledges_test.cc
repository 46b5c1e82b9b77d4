#include "rules/pledges.h"

#include <array>
#include <utility>

#include "rules/engine_fixture.h"
#include "storage/scratch_dir.h"
#include "storage/statement.h"

namespace gatehouse::rules {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* statement = "SELECT n, clientid() AS who, topic() AS at FROM 't/#'";
const registry::Texts assured_tags{{delivery_tag, delivery_at_least_once}};

// A server from its start to its end.
class Life final : public EngineFixture {
public:
    explicit Life(storage::MessageStore& messages) : EngineFixture(messages) {}

    void begin_with_rule(const registry::Texts& tags) {
        make("r", {.sql = statement, .actions = {ActionText(lambda())}}, tags);
        begin();
    }
    // Until the publisher may be answered.
    void publish_acknowledged(const std::string& topic, const std::string& payload) {
        ASSERT_EQ(client.publish(topic, payload, 1).kept, broker::Kept::OnItsWay);
        const std::size_t before = client.kept.size();
        client.lease.acknowledge_when_kept(mqtt::PacketType::Puback, 7);
        until([&] { return client.kept.size() > before; });
    }
    void make_plain(const std::string& name, const std::string& sql, const std::string& topic) {
        make(name, sql, {republish(topic)});
    }
    static constexpr int waiting_max = 20;  // LaneSettings::jobs_max of the fixture
    using EngineFixture::begin;
    using EngineFixture::client;
    using EngineFixture::functions;
    using EngineFixture::make;
    using EngineFixture::problems;
    using EngineFixture::settle;
    using EngineFixture::until;

private:
    void TestBody() override {}
};

class PledgesTest : public ::testing::Test {
protected:
    std::unique_ptr<storage::MessageStore> open(const std::string& name) {
        auto store = storage::MessageStore::open({.file = directory_.file(name)});
        EXPECT_TRUE(store) << store.error().describe();
        return store ? std::move(*store) : nullptr;
    }
    // As the disk has it in this moment.
    std::unique_ptr<storage::MessageStore> open_copy(const std::string& name) {
        for (const char* end : {"-commits", "", "-wal"}) {
            const auto from = directory_.file("messages.db" + std::string(end));
            if (exists(from)) copy_file(from, directory_.file(name + end));
        }
        return open(name);
    }
    std::int64_t kept(const std::string& name) {
        const auto database = storage::Database::open({.file = directory_.file(name)});
        EXPECT_TRUE(database) << database.error().describe();
        return (*database)->number("SELECT count(*) FROM pledges").value();
    }

    storage::ScratchDir directory_;
    std::unique_ptr<storage::MessageStore> store_ = open("messages.db");
};

TEST_F(PledgesTest, WhatWasAcknowledgedIsDoneAfterTheServersDeath) {
    Life life(*store_);
    life.begin_with_rule(assured_tags);
    life.functions.is_stuck = true;
    life.publish_acknowledged("t/1", R"({"n":1})");
    life.publish_acknowledged("t/2", R"({"n":2})");
    const auto after = open_copy("after.db");

    Life next(*after);
    next.begin_with_rule(assured_tags);
    next.until([&] { return next.functions.done.size() == 2; });
    EXPECT_THAT(next.functions.done, ElementsAre(R"({"n":1,"who":"device","at":"t/1"})",
                                                 R"({"n":2,"who":"device","at":"t/2"})"));
    next.until([&] { return kept("after.db") == 0; });
    // Numbers go on above.
    next.publish_acknowledged("t/3", R"({"n":3})");
    next.until([&] { return next.functions.done.size() == 3 && kept("after.db") == 0; });
}

TEST_F(PledgesTest, AServerThatStopsLeavesItToTheNext) {
    {
        Life life(*store_);
        life.begin_with_rule(assured_tags);
        life.functions.is_stuck = true;
        life.publish_acknowledged("t/1", R"({"n":1})");
    }
    store_.reset();
    EXPECT_EQ(kept("messages.db"), 1);
    const auto again = open("messages.db");
    Life next(*again);
    next.begin_with_rule(assured_tags);
    next.until([&] { return next.functions.done.size() == 1; });
}

TEST_F(PledgesTest, BasicIngestIsKeptToo) {
    Life life(*store_);
    life.begin_with_rule(assured_tags);
    life.functions.is_stuck = true;
    life.publish_acknowledged("$aws/rules/r/t/9", R"({"n":9})");
    const auto after = open_copy("after.db");
    Life next(*after);
    next.begin_with_rule(assured_tags);
    next.until([&] { return next.functions.done.size() == 1; });
    EXPECT_THAT(next.functions.done, ElementsAre(R"({"n":9,"who":"device","at":"t/9"})"));
}

TEST_F(PledgesTest, NothingIsKeptThatNoRuleAsksFor) {
    Life life(*store_);
    life.begin_with_rule({});
    life.functions.is_stuck = true;
    EXPECT_EQ(life.client.publish("t/1", R"({"n":1})", 1).kept, broker::Kept::Yes);
    life.until([&] { return life.functions.calls.size() == 1; });
    EXPECT_EQ(kept("messages.db"), 0);
}

TEST_F(PledgesTest, NothingIsKeptOfQos0) {
    Life life(*store_);
    life.begin_with_rule(assured_tags);
    life.functions.is_stuck = true;
    EXPECT_EQ(life.client.publish("t/1", R"({"n":1})", 0).kept, broker::Kept::Yes);
    life.until([&] { return life.functions.calls.size() == 1; });
    EXPECT_EQ(kept("messages.db"), 0);
}

TEST_F(PledgesTest, WhatNoRuleWantsAnyMoreIsLetGoOf) {
    Life life(*store_);
    life.begin_with_rule(assured_tags);
    life.functions.is_stuck = true;
    life.publish_acknowledged("t/1", R"({"n":1})");
    const auto after = open_copy("after.db");
    EXPECT_EQ(kept("after.db"), 1);
    Life next(*after);
    next.begin_with_rule({});
    next.until([&] { return kept("after.db") == 0; });
    EXPECT_THAT(next.functions.calls, IsEmpty());
}

TEST_F(PledgesTest, APublisherIsRefusedWhileTooMuchWaits) {
    Life life(*store_);
    life.begin_with_rule(assured_tags);
    life.functions.is_stuck = true;
    for (int n = 0; n < Life::waiting_max; ++n) {
        ASSERT_EQ(life.client.publish("t/1", R"({"n":1})", 1).kept, broker::Kept::OnItsWay) << n;
    }
    EXPECT_EQ(life.client.publish("t/1", R"({"n":1})", 1).kept, broker::Kept::No);
    EXPECT_EQ(life.client.publish_held("t/1", 9, R"({"n":1})").kept, broker::Kept::No);
    EXPECT_EQ(life.client.publish("t/1", R"({"n":1})", 0).kept, broker::Kept::Yes);
    // A last word is not: it is done as for any rule.
    broker::Publisher& publisher = life.client.lease.publisher();
    EXPECT_EQ(publisher
                  .publish(publisher.route_for("t/1"), {.payload = bytes_of(R"({"n":"last"})"),
                                                        .qos = mqtt::Qos::AtLeastOnce,
                                                        .is_last_word = true})
                  .kept,
              broker::Kept::Yes);
    life.functions.is_stuck = false;
    // Those of the queue that is bounded may be among them, or not.
    constexpr std::size_t pledged = Life::waiting_max;
    life.until([&] { return life.functions.done.size() >= pledged && kept("messages.db") == 0; });
    life.publish_acknowledged("t/1", R"({"n":2})");
}

TEST_F(PledgesTest, RulesThatDoNotAskHoldNothing) {
    Life life(*store_);
    life.make_plain("other", statement, "alerts");
    life.begin_with_rule(assured_tags);
    life.functions.is_stuck = true;
    life.publish_acknowledged("t/1", R"({"n":1})");
    const auto after = open_copy("after.db");
    Life next(*after);
    next.make_plain("other", statement, "alerts");
    next.begin_with_rule(assured_tags);
    next.client.subscribe("alerts").value();
    next.until([&] { return next.functions.done.size() == 1; });
    next.settle();
    EXPECT_THAT(next.client.payloads(), IsEmpty());
}

// Of a rule that the server cannot run just now.
TEST_F(PledgesTest, WhatABrokenRuleWantsWaitsForTheNextStart) {
    {
        Life life(*store_);
        life.begin_with_rule(assured_tags);
        life.functions.is_stuck = true;
        life.publish_acknowledged("t/1", R"({"n":1})");
    }
    {
        Life broken(*store_);
        broken.make("r", {.sql = statement, .actions = {ActionText(R"({"nonesuch":{}})")}},
                    assured_tags);
        broken.begin();
        broken.settle();
        EXPECT_THAT(broken.problems, ::testing::SizeIs(1));
    }
    Life mended(*store_);
    mended.begin_with_rule(assured_tags);
    mended.until([&] { return mended.functions.done.size() == 1; });
}

TEST(PledgeLedger, ChainsOfRulesHaveRoomOfTheirOwn) {
    PledgeLedger ledger({.messages_max = 1, .bytes_max = 1000});
    Message published;
    ASSERT_EQ(ledger.add(published, 10), 1U);
    EXPECT_EQ(ledger.add(published, 10), std::nullopt);
    Message republished;
    republished.hops = 1;
    EXPECT_EQ(ledger.add(republished, 10), 2U);
    EXPECT_EQ(ledger.add(republished, 10), std::nullopt);
    Message of_another;
    of_another.tenant = {AccountId("111122223333"), Region("us-east-1")};
    EXPECT_EQ(ledger.add(of_another, 2000), 3U) << "one has room, whatever its size";
    ledger.remove({.tenant = published.tenant, .bytes = 10}, PledgeLedger::OnDisk::Leave);
    EXPECT_EQ(ledger.add(republished, 10), 4U);
}

TEST(PledgeContext, ReadsBackAndDamageIsSeen) {
    Message message;
    message.client_id = "lamp";
    message.principal = std::string("a\0b", 3);
    message.trace_id = "trace";
    message.hops = 3;
    const Bytes context = encode_context(message);
    Message read;
    ASSERT_TRUE(decode_context(context, read));
    EXPECT_EQ(read.client_id, "lamp");
    EXPECT_EQ(read.principal, message.principal);
    EXPECT_EQ(read.source_ip, "");
    EXPECT_EQ(read.trace_id, "trace");
    EXPECT_EQ(read.hops, 3);
    for (std::size_t size = 0; size < context.size(); ++size) {
        EXPECT_FALSE(decode_context(BytesView(context).first(size), read)) << size;
    }
    Bytes more = context;
    more.push_back(0);
    EXPECT_FALSE(decode_context(more, read));
}

}  // namespace
}  // namespace gatehouse::rules
