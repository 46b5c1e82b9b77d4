#include "rules/backlog.h"

#include <algorithm>
#include <string>
#include <vector>

#include "rules/engine_fixture.h"
#include "rules/work.h"
#include "storage/scratch_dir.h"

namespace gatehouse::rules {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::size_t lane_bytes_max = 8UL * 1024 * 1024;  // of the fixture

constexpr std::size_t in_lane_max = 8;  // results of a megabyte

// A message of a kilobyte comes to a megabyte.
constexpr const char* growing_statement =
    "SET @b = concat(a,a,a,a,a,a,a,a,a,a), @c = concat(@b,@b,@b,@b,@b,@b,@b,@b,@b,@b) "
    "SELECT n, concat(@c,@c,@c,@c,@c,@c,@c,@c,@c,@c) AS x FROM 't/#'";

std::string growing_message(int n) {
    std::string number = std::to_string(n);
    number.insert(0, 3 - number.size(), '0');
    return R"({"n":")" + number + R"(","a":")" + std::string(1000, 'a') + "\"}";
}

class BacklogOfServerTest : public ::testing::Test {
protected:
    class Server final : public EngineFixture {
    public:
        explicit Server(storage::MessageStore& messages) : EngineFixture(messages) {
            functions.is_held = true;
        }
        void publish(int count) {
            for (int n = 0; n < count; ++n) {
                const std::string topic = "t/" + std::to_string(n % 2);
                ASSERT_EQ(client.publish(topic, growing_message(n), 1).kept,
                          broker::Kept::OnItsWay);
            }
        }
        // Until those that have no room wait.
        void until_postponed(std::size_t count) {
            until([&] { return engine.postponed() >= count; });
        }
        // Until so many have come to an end, with never more than there is room for.
        void until_done(std::size_t count) {
            functions.is_held = false;
            std::size_t most = engine.pending_bytes();
            until([&] {
                most = std::max(most, engine.pending_bytes());
                return functions.done.size() >= count;
            });
            EXPECT_LE(most, lane_bytes_max);
            settle();
        }

        using EngineFixture::begin;
        using EngineFixture::client;
        using EngineFixture::counts;
        using EngineFixture::engine;
        using EngineFixture::functions;
        using EngineFixture::make;
        using EngineFixture::remove;
        using EngineFixture::rule;
        using EngineFixture::settle;
        using EngineFixture::until;

    private:
        void TestBody() override {}
    };

    std::unique_ptr<storage::MessageStore> open() {
        auto store = storage::MessageStore::open({.file = directory_.file("messages.db")});
        EXPECT_TRUE(store) << store.error().describe();
        return store ? std::move(*store) : nullptr;
    }
    static RulePayload growing() {
        return {.sql = growing_statement,
                .actions = {ActionText(R"({"lambda":{"functionArn":")" +
                                       std::string(test_function) + "\"}}")}};
    }
    static bool is_sorted(const std::vector<std::string>& done, int remainder) {
        std::vector<std::string> numbers;
        for (const std::string& each : done) {
            std::string number = each.substr(std::string_view(R"({"n":")").size(), 3);
            if (std::stoi(number) % 2 == remainder) numbers.push_back(std::move(number));
        }
        return std::ranges::is_sorted(numbers);
    }

    const registry::Texts assured_{{delivery_tag, delivery_at_least_once}};
    storage::ScratchDir directory_;
    std::unique_ptr<storage::MessageStore> store_ = open();
};

TEST_F(BacklogOfServerTest, ResultsOfPledgedMessagesAreBounded) {
    Server server(*store_);
    server.make("r", growing(), assured_);
    server.begin();
    server.publish(20);
    server.until_postponed(20 - in_lane_max);
    server.until_done(20);
    EXPECT_EQ(server.counts("r", "LambdaAction").failure.value(), 0U);
    EXPECT_EQ(server.rule("r").counts->executed.value(), 20U) << "each is counted once";
    EXPECT_EQ(server.rule("r").counts->topic_match.value(), 20U);
}

TEST_F(BacklogOfServerTest, SoAreThoseOfTheNextStart) {
    {
        Server server(*store_);
        server.make("r", growing(), assured_);
        server.begin();
        server.publish(20);
        server.until_postponed(20 - in_lane_max);
        server.functions.is_held = false;
    }
    store_.reset();
    store_ = open();
    Server next(*store_);
    next.make("r", growing(), assured_);
    next.begin();
    next.until_postponed(20 - in_lane_max);
    next.until_done(20);
}

TEST_F(BacklogOfServerTest, KeepTheirOrder) {
    Server server(*store_);
    registry::Texts tags = assured_;
    tags.emplace(order_tag, order_of_topic);
    server.make("r", growing(), tags);
    server.functions.is_stuck = true;
    server.functions.stuck_for = std::chrono::milliseconds(30);
    server.functions.is_uneven = true;
    server.begin();
    server.publish(20);
    server.until_postponed(20 - in_lane_max);
    server.until_done(20);
    EXPECT_TRUE(is_sorted(server.functions.done, 0));
    EXPECT_TRUE(is_sorted(server.functions.done, 1));
}

TEST_F(BacklogOfServerTest, WhatWaitsForARuleThatIsRemovedIsLetGoOf) {
    Server server(*store_);
    server.make("r", growing(), assured_);
    server.begin();
    server.publish(20);
    server.until_postponed(20 - in_lane_max);
    server.remove("r");
    server.until([&] { return server.engine.postponed() == 0; });
    server.functions.is_held = false;
    server.settle();
    EXPECT_LE(server.functions.done.size(), in_lane_max);
}

// --- the backlog itself ------------------------------------------------------------------------

class BacklogTest : public ::testing::Test {
protected:
    static RulePtr a_rule() {
        return compile_rule({}, RuleName("r"), {.sql = "SELECT * FROM 'a'"},
                            {.assurance = Assurance::AtLeastOnce})
            .value();
    }
    void put(const std::string& payload, std::size_t bytes, std::uint64_t number = 0) {
        auto message = std::make_shared<Message>();
        message->payload = payload;
        backlog.put({.rule = rule, .message = message, .bytes = bytes, .number = number});
    }
    std::vector<Backlog::Ready> take(std::size_t bytes, bool is_all = false) {
        return backlog
            .take([=](const BacklogEntry&) {
                return Backlog::Room{.jobs = 100, .bytes = bytes, .is_all = is_all};
            })
            .ready;
    }
    static std::vector<std::string> payloads(const std::vector<Backlog::Ready>& ready) {
        std::vector<std::string> all;
        for (const Backlog::Ready& each : ready) all.push_back(each.entry.message->payload);
        return all;
    }

    int woken = 0;
    Backlog backlog{3, [this] { ++woken; }};
    const RulePtr rule = a_rule();
};

TEST_F(BacklogTest, GivesWhatFits) {
    put("1", 60);
    put("2", 60);
    put("3", 60);
    EXPECT_EQ(woken, 1);
    EXPECT_THAT(take(50), IsEmpty());
    {
        const auto ready = take(130);
        EXPECT_THAT(payloads(ready), ElementsAre("1", "2"));
        EXPECT_THAT(take(1000), IsEmpty()) << "while some are under way";
    }
    EXPECT_THAT(payloads(take(50, true)), ElementsAre("3")) << "one always fits where nothing is";
    EXPECT_TRUE(backlog.take([](const BacklogEntry&) { return Backlog::Room(); }).is_last);
    EXPECT_TRUE(backlog.is_empty());
    put("4", 1);
    EXPECT_EQ(woken, 2);
}

TEST_F(BacklogTest, WhoComesBackKeepsItsPlace) {
    put("1", 10);
    put("2", 10);
    auto ready = take(1000);
    ASSERT_THAT(ready, SizeIs(2));
    put("3", 10);
    Execution second{.rule = rule, .message = ready[1].entry.message, .turn = ready[1].turn};
    EXPECT_TRUE(backlog.has_turn(second));
    put("1", 10, ready[0].entry.number);
    EXPECT_FALSE(backlog.has_turn(second)) << "the first waits again";
    put("2", 10, ready[1].entry.number);
    second.turn.reset();
    EXPECT_FALSE(backlog.has_turn(second)) << "who comes for the first time";
    ready.clear();
    EXPECT_THAT(payloads(take(1000)), ElementsAre("1", "2", "3"));
}

// What was evaluated comes later than what only waits.
TEST_F(BacklogTest, PlacesAreTakenBeforeTheyAreNeeded) {
    const std::uint64_t first = backlog.next_number();
    put("2", 10, backlog.next_number());
    put("1", 10, first);
    EXPECT_THAT(payloads(take(1000)), ElementsAre("1", "2"));
}

TEST_F(BacklogTest, ATenantsMessagesAreParkedWhereTooMuchWaits) {
    put("1", 10);
    put("2", 10);
    EXPECT_FALSE(backlog.is_full({}));
    put("3", 10);
    EXPECT_TRUE(backlog.is_full({}));
    EXPECT_FALSE(backlog.is_full({AccountId("111122223333"), Region("us-east-1")}));
    backlog.park({nullptr, std::make_shared<Message>()});
    const auto room = [](const BacklogEntry&) { return Backlog::Room{.jobs = 2, .bytes = 1000}; };
    auto taken = backlog.take(room);
    EXPECT_THAT(taken.ready, SizeIs(2));
    ASSERT_THAT(taken.parked, SizeIs(1));
    EXPECT_TRUE(taken.parked.front().was_parked);
    EXPECT_FALSE(backlog.is_full({}));
}

}  // namespace
}  // namespace gatehouse::rules
