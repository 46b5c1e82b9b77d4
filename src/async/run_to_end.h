// Runs one task on a loop of its own and hands out what it answers: for tests and for commands
// that do one thing.
//
// Threads: blocks the calling thread, which must not be a loop's.
#pragma once

#include <cassert>
#include <optional>
#include <utility>

#include "async/event_loop.h"
#include "async/task.h"
#include "async/task_group.h"

namespace gatehouse::async {

template <class T>
T run_to_end(const Clock& clock, Task<T> task) {
    assert(EventLoop::current() == nullptr && "a loop cannot wait for another");
    // No captures: everything the coroutine needs is its parameter.
    constexpr auto finish = [](EventLoop& loop, Task<T> task,
                               std::optional<T>& answer) -> Task<void> {
        answer.emplace(co_await std::move(task));
        loop.stop();
    };
    std::optional<T> answer;
    EventLoop loop(clock, {});
    TaskGroup group(loop, "run-to-end");
    loop.post([&] { group.start(finish(loop, std::move(task), answer)); });
    loop.run();
    return std::move(*answer);
}

}  // namespace gatehouse::async
