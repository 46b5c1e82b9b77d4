#include "async/worker_pool.h"

#include <gtest/gtest.h>

#include <latch>
#include <thread>

#include "async/task_group.h"
#include "base/result.h"

namespace gatehouse::async {
namespace {

TEST(WorkerPool, TheResultArrivesOnTheLoop) {
    SystemClock clock;
    EventLoop loop(clock, {});
    TaskGroup tasks(loop, "test");
    WorkerPool pool({.name = "test", .threads = 2});
    Result<std::thread::id> worked_on = std::thread::id();
    const auto work = [&]() -> Task<void> {
        worked_on = co_await pool.run(
            loop, []() -> Result<std::thread::id> { return std::this_thread::get_id(); });
        EXPECT_TRUE(loop.is_current());
        loop.stop();
    };
    tasks.start(work());
    loop.run();
    ASSERT_TRUE(worked_on);
    EXPECT_NE(*worked_on, std::this_thread::get_id());
}

TEST(WorkerPool, RefusesWhenFullAndFinishesWhatItTook) {
    std::atomic<int> done = 0;
    int taken = 0;
    {
        std::latch hold(1);
        WorkerPool pool({.name = "test", .threads = 1, .queue_max = 4});
        const auto work = [&] {
            hold.wait();
            ++done;
        };
        while (pool.post(work)) ++taken;
        EXPECT_GE(taken, 4);
        hold.count_down();
    }
    EXPECT_EQ(done, taken);
}

}  // namespace
}  // namespace gatehouse::async
