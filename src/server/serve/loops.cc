#include "server/serve/loops.h"

#include <pthread.h>

#include <algorithm>

#include "broker/broker.h"

namespace gatehouse::server {

Loops::Loops(const Clock& clock, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        loops_.push_back(std::make_unique<async::EventLoop>(
            clock, async::EventLoop::Settings{.index = static_cast<std::uint32_t>(i)}));
        pointers_.push_back(loops_.back().get());
    }
}

Loops::~Loops() = default;

void Loops::run() {
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < loops_.size(); ++i) {
        threads.emplace_back([loop = loops_[i].get()] {
            pthread_setname_np(pthread_self(), "gh-loop");
            loop->run();
        });
    }
    loops_[0]->run();
}

void Loops::stop() {
    for (const auto& loop : loops_) loop->stop();
}

void Loops::notify() {
    for (const auto& loop : loops_) loop->notify();
}

std::size_t loop_count(std::uint32_t setting) {
    const std::size_t cores = std::max(1u, std::thread::hardware_concurrency());
    // One core is left to functions, the disk's writer and the kernel's half of the sockets.
    const std::size_t wanted = setting != 0 ? setting : std::max<std::size_t>(cores - 1, 1);
    return std::min(wanted, broker::Broker::loops_max);
}

}  // namespace gatehouse::server
