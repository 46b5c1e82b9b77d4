#include "async/task_group.h"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <cassert>
#include <cstdlib>

#include "base/standard_error.h"

namespace gatehouse::async {
namespace {

// A task reports failures as values; an exception that gets here is a bug of ours (or memory has
// run out) and the program must not go on half-alive.
void end_if_thrown(const std::string& name, const std::exception_ptr& thrown) {
    if (!thrown) return;
    try {
        std::rethrow_exception(thrown);
    } catch (const std::exception& exception) {
        write_standard_error(
            fmt::format("gatehouse: bug: task '{}' threw: {}\n", name, exception.what()));
    } catch (...) {
        write_standard_error(fmt::format("gatehouse: bug: task '{}' threw\n", name));
    }
    std::abort();
}

}  // namespace

TaskGroup::TaskGroup(EventLoop& loop, std::string name)
    : loop_(loop), name_(std::move(name)), idle_(loop) {}

TaskGroup::~TaskGroup() {
    assert(running_ == 0 && "join the group before it dies");
}

void TaskGroup::start(Task<void> task) {
    ++running_;
    asio::co_spawn(loop_.executor(), std::move(task), [this](const std::exception_ptr& thrown) {
        end_if_thrown(name_, thrown);
        if (--running_ == 0) idle_.notify();
    });
}

Task<bool> TaskGroup::join(Deadline deadline) {
    while (running_ > 0) {
        if (!co_await idle_.wait(deadline)) co_return false;
    }
    co_return true;
}

}  // namespace gatehouse::async
