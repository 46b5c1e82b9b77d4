#include "async/worker_pool.h"

#include <gtest/gtest.h>

#include <latch>
#include <mutex>
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

TEST(WorkerPool, AnotherWorksWhileOnePauses) {
    std::latch paused(3);
    std::latch go_on(1);
    std::atomic<int> done = 0;
    {
        WorkerPool pool({.name = "test", .threads = 1, .paused_max = 2});
        for (int i = 0; i < 3; ++i) {
            ASSERT_TRUE(pool.post([&] {
                {
                    const WorkerPool::Pause pause;
                    const WorkerPool::Pause within;  // changes nothing
                    paused.count_down();
                    go_on.wait();
                }
                ++done;
            }));
        }
        paused.wait();  // all three, although one works at a time
        go_on.count_down();
    }
    EXPECT_EQ(done, 3);
}

TEST(WorkerPool, WhoPausesMayHoldWhatOthersWaitFor) {
    std::mutex held;
    std::latch others(2);
    std::atomic<int> done = 0;
    {
        WorkerPool pool({.name = "test", .threads = 2, .paused_max = 2});
        ASSERT_TRUE(pool.post([&] {
            const std::lock_guard lock(held);
            {
                const WorkerPool::Pause pause;
                others.wait();  // both places are taken by those that want the lock
            }
            ++done;
        }));
        for (int i = 0; i < 2; ++i) {
            ASSERT_TRUE(pool.post([&] {
                others.count_down();
                const std::lock_guard lock(held);
                ++done;
            }));
        }
    }
    EXPECT_EQ(done, 3);
}

TEST(WorkerPool, NoMorePauseThanMay) {
    std::latch go_on(1);
    std::latch first(1);
    std::atomic<int> begun = 0;
    WorkerPool pool({.name = "test", .threads = 1, .paused_max = 0});
    for (int i = 0; i < 2; ++i) {
        ASSERT_TRUE(pool.post([&] {
            const bool is_first = begun++ == 0;
            const WorkerPool::Pause pause;
            if (is_first) first.count_down();
            go_on.wait();
        }));
        if (i == 0) first.wait();
    }
    EXPECT_EQ(begun, 1) << "there is no thread for the second";
    go_on.count_down();
}

TEST(WorkerPool, ManyPausesAndMuchWork) {
    std::atomic<int> done = 0;
    {
        WorkerPool pool({.name = "test", .threads = 2, .paused_max = 6});
        for (int i = 0; i < 2'000; ++i) {
            while (!pool.post([&done, i] {
                if (i % 3 != 0) {
                    const WorkerPool::Pause pause;
                    std::this_thread::yield();
                }
                ++done;
            })) {
                std::this_thread::yield();
            }
        }
    }
    EXPECT_EQ(done, 2'000);
}

}  // namespace
}  // namespace gatehouse::async
