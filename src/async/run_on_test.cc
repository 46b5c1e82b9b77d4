#include "async/run_on.h"

#include <gtest/gtest.h>

#include <thread>

#include "async/task_group.h"
#include "base/result.h"

namespace gatehouse::async {
namespace {

Task<Result<std::thread::id>> whose_thread(EventLoop& loop) {
    co_await sleep_until(loop, Deadline::after(loop.clock(), std::chrono::milliseconds(1)));
    co_return std::this_thread::get_id();
}

TEST(RunOn, TheTaskRunsThereAndTheResultArrivesHere) {
    SystemClock clock;
    EventLoop here(clock, {});
    EventLoop there(clock, {});
    std::jthread thread([&] { there.run(); });
    const std::thread::id other = thread.get_id();
    TaskGroup tasks(here, "test");
    const auto ask = [&]() -> Task<void> {
        const auto id = co_await run_on<Result<std::thread::id>>(
            there, here, [&there] { return whose_thread(there); });
        EXPECT_TRUE(here.is_current());
        EXPECT_EQ(id, other);
        here.stop();
    };
    tasks.start(ask());
    here.run();
    there.stop();
}

}  // namespace
}  // namespace gatehouse::async
