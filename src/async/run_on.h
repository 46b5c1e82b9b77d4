// Running a task on another loop and waiting for its result on this one.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "async/event_loop.h"
#include "async/task.h"
#include "async/wake.h"

namespace gatehouse::async {

// Calls `make` on `target` and runs the task it returns there; the result arrives here. `make`
// and what it captures live until the task ends, even if the caller is gone by then; the caller
// in turn waits without a deadline, so the task must end by itself (it has deadlines of its own).
template <class T>
Task<T> run_on(EventLoop& target, EventLoop& here, std::move_only_function<Task<T>()> make) {
    if (&target == &here) co_return co_await make();
    struct State {
        explicit State(EventLoop& loop) : wake(loop) {}
        Wake wake;
        std::optional<T> value;
    };
    auto state = std::make_shared<State>(here);
    target.post([&target, &here, state, make = std::move(make)]() mutable {
        // Heap-held: a coroutine made by a lambda uses the lambda's captures until it ends.
        auto held = std::make_unique<std::move_only_function<Task<T>()>>(std::move(make));
        Task<T> task = (*held)();
        asio::co_spawn(
            target.executor(), std::move(task),
            [&here, state = std::move(state), held = std::move(held)](
                const std::exception_ptr& thrown, T value) mutable {
                if (thrown) std::terminate();  // tasks report failures as values
                here.post([state = std::move(state), value = std::move(value)]() mutable {
                    state->value.emplace(std::move(value));
                    state->wake.notify();
                });
            });
    });
    co_await state->wake.wait(Deadline::never());
    co_return std::move(*state->value);
}

}  // namespace gatehouse::async
