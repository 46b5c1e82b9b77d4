#include "async/task_group.h"

#include <gtest/gtest.h>

namespace gatehouse::async {
namespace {

using std::chrono::milliseconds;

TEST(TaskGroup, JoinWaitsForAllOrForTheDeadline) {
    ManualClock clock;
    EventLoop loop(clock, {});
    TaskGroup group(loop, "workers");
    TaskGroup waiters(loop, "waiters");
    group.start(sleep_until(loop, Deadline::after(clock, milliseconds(10))));
    group.start(sleep_until(loop, Deadline::after(clock, milliseconds(20))));
    std::vector<bool> joined;
    const auto join = [&](milliseconds wait) -> Task<void> {
        joined.push_back(co_await group.join(Deadline::after(clock, wait)));
        joined.push_back(co_await group.join(Deadline::never()));
    };
    waiters.start(join(milliseconds(15)));
    loop.run_once(milliseconds(0));
    clock.advance(milliseconds(16));
    loop.run_once(milliseconds(0));
    EXPECT_EQ(joined, std::vector<bool>{false});
    clock.advance(milliseconds(5));
    loop.run_once(milliseconds(0));
    EXPECT_EQ(joined, (std::vector<bool>{false, true}));
    EXPECT_EQ(group.running(), 0u);
}

}  // namespace
}  // namespace gatehouse::async
