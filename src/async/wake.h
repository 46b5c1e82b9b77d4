// The one suspension primitive: a task sleeps until notified or until a deadline.
//
// Threads: one loop.
// A notification without a waiter is remembered (once) and satisfies the next wait.
#pragma once

#include <boost/asio/async_result.hpp>
#include <memory>

#include "async/event_loop.h"
#include "async/task.h"
#include "base/deadline.h"

namespace gatehouse::async {

class Wake : Pinned {
public:
    explicit Wake(EventLoop& loop);
    ~Wake();

    void notify();
    // True: notified. False: the deadline passed. At most one waiter at a time.
    Task<bool> wait(Deadline deadline);

private:
    class Waiter;
    EventLoop& loop_;
    Waiter* waiter_ = nullptr;
    bool notified_ = false;
};

// Sleeps until the deadline.
Task<void> sleep_until(EventLoop& loop, Deadline deadline);

}  // namespace gatehouse::async
