// Ctrl-C as something to wait for: SIGINT and SIGTERM are taken up at a descriptor, so that the
// client can say DISCONNECT first.
//
// Threads: the whole program has one.
#pragma once

#include <chrono>
#include <csignal>
#include <functional>
#include <memory>

#include "base/pinned.h"
#include "base/result.h"

namespace gatehouse::server::device {

class StopSignal final : Pinned {
public:
    // Until it dies, the two signals no longer end the program.
    static Result<std::unique_ptr<StopSignal>> watch();
    ~StopSignal();

    int descriptor() const { return descriptor_; }
    // Takes a signal that came; true from then on.
    bool came();

    // Runs what blocks in a system call: the signals end the program as usual meanwhile, and a
    // call that waits longer than `limit` is interrupted (EINTR).
    void during_blocking_work(std::chrono::milliseconds limit, const std::function<void()>& work);

private:
    StopSignal(int descriptor, const sigset_t& signals, const sigset_t& before)
        : descriptor_(descriptor), signals_(signals), before_(before) {}

    const int descriptor_;
    const sigset_t signals_;
    const sigset_t before_;
    bool came_ = false;
};

}  // namespace gatehouse::server::device
