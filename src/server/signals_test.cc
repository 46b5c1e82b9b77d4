#include "server/signals.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <memory>
#include <thread>

namespace gatehouse::server {
namespace {

class SignalsTest : public testing::Test {
protected:
    void run_until(const bool& happened) {
        const Deadline deadline = Deadline::after(clock_, std::chrono::seconds(10));
        while (!happened && !deadline.passed(clock_.steady_now())) {
            loop_.run_once(std::chrono::milliseconds(100));
        }
    }

    SystemClock clock_;
    async::EventLoop loop_{clock_, {}};
};

TEST_F(SignalsTest, ArriveOnTheLoop) {
    bool drained = false;
    bool reread = false;
    const auto signals =
        Signals::watch(loop_, {.drain = [&] { drained = true; }, .reread = [&] { reread = true; }});
    ASSERT_TRUE(signals);
    ::raise(SIGHUP);
    run_until(reread);
    EXPECT_TRUE(reread);
    EXPECT_FALSE(drained);
    ::raise(SIGTERM);
    run_until(drained);
    EXPECT_TRUE(drained);
}

TEST_F(SignalsTest, WaitForALoopThatComesLater) {
    Signals::hold_back();
    std::atomic<bool> over = false;
    // Would take the signal, and end the program.
    std::jthread earlier([&] { over.wait(false); });
    ::kill(::getpid(), SIGTERM);
    bool drained = false;
    const auto signals = Signals::watch(loop_, {.drain = [&] { drained = true; }, .reread = [] {}});
    ASSERT_TRUE(signals);
    run_until(drained);
    over = true;
    over.notify_all();
    EXPECT_TRUE(drained);
}

TEST_F(SignalsTest, ASecondRequestToEndIsNotWaitedFor) {
    EXPECT_EXIT(
        {
            bool never = false;
            const auto signals =
                Signals::watch(loop_, {.drain = [] { ::raise(SIGINT); }, .reread = [] {}});
            ::raise(SIGTERM);
            run_until(never);
        },
        testing::ExitedWithCode(128 + SIGINT), "");
}

}  // namespace
}  // namespace gatehouse::server
