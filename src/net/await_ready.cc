#include "net/await_ready.h"

#include "async/wake.h"

namespace gatehouse::net {
namespace {

class Waiting final : public async::ReadinessHandler {
public:
    explicit Waiting(async::EventLoop& loop) : wake(loop) {}
    void on_ready(std::uint32_t) override { wake.notify(); }
    async::Wake wake;
};

}  // namespace

async::Task<bool> await_ready(async::EventLoop& loop, int descriptor, std::uint32_t events,
                              Deadline deadline) {
    Waiting waiting(loop);
    loop.watch(descriptor, waiting, events | EPOLLONESHOT);
    const bool ready = co_await waiting.wake.wait(deadline);
    loop.unwatch(descriptor, waiting);
    co_return ready;
}

}  // namespace gatehouse::net
