// A value that arrives once and a task that waits for it, with a deadline.
//
// Threads: one loop. To resolve from another thread, post to the loop first.
// Lifetimes: must outlive the waiting task's co_await; destroying it while somebody waits is a bug.
#pragma once

#include <optional>
#include <utility>

#include "async/event_loop.h"
#include "async/task.h"
#include "async/wake.h"
#include "base/deadline.h"
#include "base/result.h"

namespace gatehouse::async {

template <class T>
class OneShot : Pinned {
public:
    explicit OneShot(EventLoop& loop) : wake_(loop) {}

    // The first value counts; later ones are dropped.
    void resolve(T value) {
        if (!value_) {
            value_.emplace(std::move(value));
            wake_.notify();
        }
    }
    bool is_resolved() const { return value_.has_value(); }

    // Waits for the value: ErrorKind::Timeout when the deadline passes first. One waiter at a
    // time; the value can be taken once.
    Task<Result<T>> wait(Deadline deadline) {
        if (!value_ && !co_await wake_.wait(deadline)) {
            co_return fail(ErrorKind::Timeout, "nothing arrived before the deadline");
        }
        co_return std::move(*value_);
    }

private:
    Wake wake_;
    std::optional<T> value_;
};

}  // namespace gatehouse::async
