// The event loops and their threads. Loop 0 is the main thread's; the others get threads of
// their own while it runs.
#pragma once

#include <cstddef>
#include <memory>
#include <thread>
#include <vector>

#include "async/event_loop.h"
#include "base/clock.h"
#include "base/pinned.h"

namespace gatehouse::server {

class Loops : Pinned {
public:
    Loops(const Clock& clock, std::size_t count);
    ~Loops();

    std::size_t size() const { return loops_.size(); }
    async::EventLoop& at(std::size_t index) { return *loops_[index]; }
    async::EventLoop& main() { return *loops_[0]; }
    const std::vector<async::EventLoop*>& all() const { return pointers_; }

    // Runs all loops until stop(); returns on the calling thread when all have ended.
    void run();
    void stop();
    // Makes every loop look at the clock again.
    void notify();

private:
    std::vector<std::unique_ptr<async::EventLoop>> loops_;
    std::vector<async::EventLoop*> pointers_;
};

// The setting, or one loop a core but one (docs/decisions/0005-loops.md).
std::size_t loop_count(std::uint32_t setting);

}  // namespace gatehouse::server
