// For tests of net: a loop, and tasks that are run to their end on it.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <csignal>
#include <memory>

#include "async/event_loop.h"
#include "async/task_group.h"
#include "net/stream.h"

namespace gatehouse::net {

class LoopFixture : public ::testing::Test {
protected:
    // As the program does: a peer that is gone is an error code, not a signal.
    LoopFixture() { std::signal(SIGPIPE, SIG_IGN); }

    // Runs turns until the tasks are done; fails after ten seconds.
    void finish() {
        const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (tasks.running() > 0) {
            ASSERT_LT(std::chrono::steady_clock::now(), give_up) << "the tasks do not end";
            loop.run_once(std::chrono::milliseconds(20));
        }
    }
    Deadline soon() const { return Deadline::after(clock, std::chrono::seconds(5)); }

    struct Pair {
        std::unique_ptr<Stream> ours;
        std::unique_ptr<Stream> theirs;
    };
    Pair make_pair() {
        std::array<int, 2> ends;
        EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
        return {std::make_unique<Stream>(loop, make_plain_transport(ends[0]), PeerFacts()),
                std::make_unique<Stream>(loop, make_plain_transport(ends[1]), PeerFacts())};
    }

    SystemClock clock;
    async::EventLoop loop{clock, {}};
    async::TaskGroup tasks{loop, "test"};
};

}  // namespace gatehouse::net
