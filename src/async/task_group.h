// Background work with an owner and a name: started here, counted, and awaited before the owner
// dies.
//
// Threads: one loop. The group must be idle (join()ed) when it is destroyed.
#pragma once

#include <functional>
#include <string>

#include "async/event_loop.h"
#include "async/wake.h"

namespace gatehouse::async {

class TaskGroup : Pinned {
public:
    // `name` appears when an exception escapes a task (which ends the program: a bug).
    TaskGroup(EventLoop& loop, std::string name);
    ~TaskGroup();

    // Starts the task, within this turn of the loop. From the loop's thread, or before it runs.
    void start(Task<void> task);
    std::size_t running() const { return running_; }
    // Returns when no task is running. Tasks are not cancelled: tell them to end first.
    // False when the deadline passed first.
    Task<bool> join(Deadline deadline);

private:
    EventLoop& loop_;
    std::string name_;
    std::size_t running_ = 0;
    Wake idle_;
};

}  // namespace gatehouse::async
