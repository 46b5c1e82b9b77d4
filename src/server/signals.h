// The signals that steer the program, as calls on one event loop: SIGTERM and SIGINT ask for the
// drain, SIGHUP for rereading what can be reread.
//
// Threads: hold_back() or watch() comes before any other thread is started, since the signals are
// blocked for the calling thread and those that come from it, and a thread that does not block them
// ends the program; everything else on the loop.
// Lifetimes: the loop must outlive it. The signals stay blocked when it dies.
#pragma once

#include <functional>

#include "async/event_loop.h"
#include "base/result.h"

namespace gatehouse::server {

class Signals final : async::ReadinessHandler, Pinned {
public:
    struct Actions {
        // Called at the first SIGTERM or SIGINT; a second one ends the program at once, with the
        // status a shell gives for that signal, for those who cannot wait.
        std::move_only_function<void()> drain;
        std::move_only_function<void()> reread;
    };
    // Blocks the signals for the calling thread and those that it starts from now on, so that they
    // wait for watch(). For a program that starts threads before it has a loop.
    static void hold_back();
    // Unavailable when the system gives no descriptor.
    static Result<std::unique_ptr<Signals>> watch(async::EventLoop& loop, Actions actions);
    ~Signals();

private:
    Signals(async::EventLoop& loop, int descriptor, Actions actions);
    void on_ready(std::uint32_t events) override;

    async::EventLoop& loop_;
    const int descriptor_;
    Actions actions_;
    bool draining_ = false;
};

}  // namespace gatehouse::server
