// The signals that steer the program, as calls on one event loop: SIGTERM and SIGINT ask for the
// drain, SIGHUP for rereading what can be reread.
//
// Threads: construct it before any other thread is started, since the signals are blocked for the
// constructing thread and those that come from it; everything else on the loop.
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
