#include "rules/evaluator_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::rules {
namespace {

using ::testing::ElementsAre;

MessagePtr message_of_tenant(const std::string& account, std::size_t bytes = 0) {
    auto message = std::make_shared<Message>();
    message->tenant.account = AccountId(account);
    message->properties = Bytes(bytes);
    return message;
}

std::vector<std::string> taken(EvaluatorQueue& queue, std::size_t works_max) {
    std::vector<Work> works;
    queue.take(works, works_max);
    std::vector<std::string> accounts;
    for (const Work& each : works) accounts.push_back(message_of(each)->tenant.account.value());
    return accounts;
}

TEST(EvaluatorQueues, TenantsHaveTurns) {
    EvaluatorQueue queue({.works_max = 100, .bytes_max = 1'000'000});
    for (int i = 0; i < 10; ++i) queue.put(Arrived{nullptr, message_of_tenant("a")});
    queue.put(Arrived{nullptr, message_of_tenant("b")});
    EXPECT_THAT(taken(queue, 4), ElementsAre("a", "a", "b"));
    EXPECT_THAT(taken(queue, 3), ElementsAre("a", "a", "a"));
    EXPECT_THAT(taken(queue, 64), ::testing::SizeIs(5));
    EXPECT_THAT(taken(queue, 64), ::testing::IsEmpty());
}

TEST(EvaluatorQueues, ATenantThatIsFullLeavesRoomForOthers) {
    EvaluatorQueue queue({.works_max = 3, .bytes_max = 1'000'000});
    for (int i = 0; i < 3; ++i) queue.put(Arrived{nullptr, message_of_tenant("a")});
    EXPECT_FALSE(queue.has_room(*message_of_tenant("a")));
    EXPECT_TRUE(queue.has_room(*message_of_tenant("b")));
}

TEST(EvaluatorQueues, PropertiesAndFailuresCount) {
    EvaluatorQueue queue({.works_max = 100, .bytes_max = 100'000});
    queue.put(Arrived{nullptr, message_of_tenant("a", 60'000)});
    EXPECT_FALSE(queue.has_room(*message_of_tenant("a", 60'000)));
    EXPECT_EQ(taken(queue, 1).size(), 1u);
    EXPECT_TRUE(queue.has_room(*message_of_tenant("a", 60'000)));
    auto failed = std::make_shared<Execution>();
    failed->message = message_of_tenant("a", 60'000);
    queue.put(ExecutionPtr(failed));
    EXPECT_FALSE(queue.has_room(*message_of_tenant("a", 60'000)));
    queue.clear();
    EXPECT_TRUE(queue.has_room(*message_of_tenant("a", 60'000)));
}

}  // namespace
}  // namespace gatehouse::rules
