#include "rules/evaluator_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/reading.h"
#include "rules/rule_run.h"

namespace gatehouse::rules {
namespace {

using ::testing::ElementsAre;

MessagePtr message_of_tenant(const std::string& account, std::size_t bytes = 0) {
    auto message = std::make_shared<Message>();
    message->tenant.account = AccountId(account);
    message->properties = Bytes(bytes);
    return message;
}

ExecutionPtr failed_of(const std::string& account, std::size_t bytes = 0) {
    auto failed = std::make_shared<Execution>();
    failed->message = message_of_tenant(account, bytes);
    return failed;
}

class EvaluatorQueueTest : public ::testing::Test {
protected:
    void put(const std::string& account, int count = 1) {
        const FindingPtr finding = std::make_shared<const Finding>();
        for (int i = 0; i < count; ++i) queue.put(Arrived{finding, message_of_tenant(account)});
    }
    // Whose the next so many are, where each costs so much.
    std::vector<std::string> taken(int count, std::uint64_t steps = 1) {
        std::vector<std::string> accounts;
        for (int i = 0; i < count; ++i) {
            const auto work = queue.take();
            if (!work) break;
            accounts.push_back(message_of(*work)->tenant.account.value());
            queue.spend(steps);
        }
        return accounts;
    }

    static constexpr std::uint64_t turn = EvaluatorQueue::steps_per_turn;
    EvaluatorQueue queue{{.works_max = 100, .bytes_max = 100'000}};
};

TEST_F(EvaluatorQueueTest, TenantsHaveTurns) {
    put("a", 10);
    put("b");
    EXPECT_THAT(taken(4, turn), ElementsAre("a", "b", "a", "a"));
    EXPECT_THAT(taken(100), ::testing::SizeIs(7));
    EXPECT_THAT(taken(1), ::testing::IsEmpty());
}

// Not each a message by turns, but each as many steps.
TEST_F(EvaluatorQueueTest, TurnsAreOfWhatWorkCosts) {
    put("heavy", 3);
    put("light", 20);
    EXPECT_THAT(taken(1, 10 * turn), ElementsAre("heavy"));
    EXPECT_THAT(taken(20, turn / 2), ::testing::Each("light"))
        << "ten turns of two messages each, before it is the other's again";
    EXPECT_THAT(taken(2), ElementsAre("heavy", "heavy"));
}

TEST_F(EvaluatorQueueTest, WhatHasBegunGoesOnAtTheNextTurn) {
    put("a", 2);
    put("b");
    auto first = queue.take();
    ASSERT_TRUE(first);
    auto& begun = std::get<Arrived>(*first);
    begun.next = 7;
    queue.spend(turn);
    queue.put_back(std::move(begun));
    EXPECT_THAT(taken(1), ElementsAre("b"));
    const auto again = queue.take();
    ASSERT_TRUE(again);
    EXPECT_EQ(std::get<Arrived>(*again).next, 7u) << "before what came later";
}

TEST_F(EvaluatorQueueTest, ATenantThatIsFullLeavesRoomForOthers) {
    put("a", 100);
    EXPECT_FALSE(queue.has_room(*message_of_tenant("a")));
    EXPECT_TRUE(queue.has_room(*message_of_tenant("b")));
}

TEST_F(EvaluatorQueueTest, PropertiesAndFailuresCount) {
    queue.put(Arrived{nullptr, message_of_tenant("a", 60'000)});
    EXPECT_FALSE(queue.has_room(*message_of_tenant("a", 60'000)));
    EXPECT_EQ(taken(1).size(), 1u);
    EXPECT_TRUE(queue.has_room(*message_of_tenant("a", 60'000)));
    queue.put(failed_of("a", 60'000));
    EXPECT_FALSE(queue.has_room(*message_of_tenant("a", 60'000)));
    queue.clear();
    EXPECT_TRUE(queue.has_room(*message_of_tenant("a", 60'000)));
}

TEST_F(EvaluatorQueueTest, FailuresAreBoundedAndTakenFirst) {
    put("a");
    for (int i = 0; i < 100; ++i) {
        EXPECT_TRUE(queue.has_room_for_failure(*failed_of("a")));
        queue.put(failed_of("a"));
    }
    EXPECT_FALSE(queue.has_room_for_failure(*failed_of("a")));
    EXPECT_TRUE(queue.has_room_for_failure(*failed_of("b")));
    for (int i = 0; i < 100; ++i) {
        const auto work = queue.take();
        ASSERT_TRUE(work && std::holds_alternative<ExecutionPtr>(*work)) << i;
    }
    EXPECT_FALSE(queue.has_room_for_failure(*failed_of("a", 100'000)));
    EXPECT_EQ(taken(2).size(), 1u);
}

}  // namespace
}  // namespace gatehouse::rules
