// Joins a shard to its event loop.
//
// Threads: made and destroyed while the loop does not run, or on its thread; wake() from any.
// Lifetimes: loop and port outlive the broker. Work that wake() posted may still be waiting when
// the broker goes: run the loop until it is idle, or stop it, before.
#pragma once

#include "async/event_loop.h"
#include "base/pinned.h"
#include "broker/loop_port.h"

namespace gatehouse::broker {

class Shard;

class EventLoopPort final : public LoopPort, private async::TurnEndHook, Pinned {
public:
    explicit EventLoopPort(async::EventLoop& loop);
    ~EventLoopPort();

    // The shard that the loop shall serve; null before the broker goes.
    void serve(Shard* shard) { shard_ = shard; }

    void wake() override;
    void request_turn_end() override { loop_.request_turn_end(*this); }
    void look_at(SteadyTime at) override { loop_.timers().set(timer_, at); }

private:
    void on_turn_end() override;

    async::EventLoop& loop_;
    Shard* shard_ = nullptr;
    async::FunctionTimer timer_;
};

}  // namespace gatehouse::broker
