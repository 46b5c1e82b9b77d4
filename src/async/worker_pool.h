// A few threads for work that blocks or takes long (SQL, zip, RSA keys, DNS), so that no loop
// ever does it.
//
// Threads: run() from any loop; the function runs on a worker, the result arrives on the
// calling loop. The pool's destructor finishes what is queued.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>

#include "async/event_loop.h"
#include "async/wake.h"
#include "base/result.h"

namespace gatehouse::async {

class WorkerPool : Pinned {
public:
    struct Settings {
        std::string name;  // thread name, at most 15 characters
        std::size_t threads = 1;
        std::size_t queue_max = 4096;
    };
    explicit WorkerPool(Settings settings);
    ~WorkerPool();

    // Queues work. False when the queue is full: the caller sheds or waits.
    [[nodiscard]] bool post(std::move_only_function<void()> work);

    // co_await pool.run(loop, [] { return slow(); }) — the result of the function, which should
    // be a Result. ErrorKind::Unavailable when the queue is full. Not interruptible: the caller's
    // deadline belongs inside the function.
    template <class Function>
    auto run(EventLoop& loop, Function function) -> Task<std::invoke_result_t<Function>> {
        using Value = std::invoke_result_t<Function>;
        struct State {
            explicit State(EventLoop& loop) : wake(loop) {}
            Wake wake;
            std::optional<Value> value;
        };
        // Shared: the worker may still be in post() when the task has gone on.
        auto state = std::make_shared<State>(loop);
        const bool queued = post([state, &loop, function = std::move(function)]() mutable {
            auto value = std::make_shared<Value>(function());
            loop.post([state = std::move(state), value] {
                state->value.emplace(std::move(*value));
                state->wake.notify();
            });
        });
        if (!queued) {
            co_return fail(ErrorKind::Unavailable, "too much work is queued already");
        }
        co_await state->wake.wait(Deadline::never());
        co_return std::move(*state->value);
    }

private:
    struct Shared;
    std::unique_ptr<Shared> shared_;
};

}  // namespace gatehouse::async
