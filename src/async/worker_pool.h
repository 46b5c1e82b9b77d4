// A few threads for work that blocks or takes long (SQL, zip, RSA keys, DNS), so that no loop
// ever does it.
//
// So many work at once, whoever needs the processor; what only waits for the disk says so by a
// Pause, and lets another work meanwhile.
//
// Threads: run() from any loop; the function runs on a worker, the result arrives on the
// calling loop. The pool's destructor finishes what is queued.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "async/event_loop.h"
#include "async/task.h"
#include "base/result.h"

namespace gatehouse::async {

class WorkerPool : Pinned {
    struct Shared;

public:
    struct Settings {
        std::string name;         // thread name, at most 15 characters
        std::size_t threads = 1;  // that work at once
        // How many more there may be while others pause; they are started as they are needed.
        std::size_t paused_max = 0;
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
        return opened<Value>(
            run_boxed(loop, [function = std::move(function)]() mutable -> std::shared_ptr<void> {
                return std::make_shared<Value>(function());
            }));
    }
    // As run(), with a result whose type its caller knows: what is compiled anew for each function
    // stays small. Null when the queue is full.
    Task<std::shared_ptr<void>> run_boxed(EventLoop& loop,
                                          std::move_only_function<std::shared_ptr<void>()> work);
    // The value that run_boxed() brings: a coroutine for each type, not for each function.
    template <class Value>
    static Task<Value> opened(Task<std::shared_ptr<void>> running) {
        const auto value = co_await std::move(running);
        if (!value) co_return fail(ErrorKind::Unavailable, "too much work is queued already");
        co_return std::move(*static_cast<Value*>(value.get()));
    }

    // Held by work that waits for something else than the processor: another one may begin in its
    // place. Its end waits for nobody, so that work may pause with a lock held; for a moment more
    // than `threads` work then. Nothing outside of a pool's work, and within another Pause.
    class Pause : Pinned {
    public:
        Pause();
        ~Pause();

    private:
        Shared* const pool_;  // null: it changes nothing
    };

private:
    std::unique_ptr<Shared> shared_;
};

}  // namespace gatehouse::async
