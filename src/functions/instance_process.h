// One instance as a process: started through the sandbox, watched, ended.
//
// Threads: one loop (the thread that starts it must live as long as it: the kernel ends the
// process with that thread).
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <string_view>

#include "async/event_loop.h"
#include "base/result.h"
#include "functions/launch_spec.h"

namespace gatehouse::functions {

// How an instance's process ended.
struct ProcessEnd {
    enum class How : std::uint8_t { Exited, Signalled, NotStarted };
    How how = How::NotStarted;
    int value = 0;                         // exit code or signal
    std::uint64_t max_resident_bytes = 0;  // of the runtime's own process; 0: not known
    std::string stage;   // NotStarted: what was being done ("namespaces", "exec", …)
    std::string detail;  // NotStarted: and why it failed
};

class ProcessOwner {
public:
    // `text` says what isolation was reached: "namespaces landlock=7 seccomp".
    virtual void on_confined(std::string_view text) = 0;
    // The runtime runs from here on; its process id as this server sees it.
    virtual void on_started(pid_t runtime) = 0;
    // The Runtime API's listening socket in the instance's own network; now the owner's.
    virtual void on_listener(int socket) = 0;
    // Called once, last. May destroy the InstanceProcess.
    virtual void on_ended(const ProcessEnd& end) = 0;

protected:
    ~ProcessOwner() = default;
};

class InstanceProcess final : Pinned {
public:
    // Starts `sandbox` with the spec; it waits for proceed(). Whatever the instance prints goes to
    // `output` (which stays the caller's). Unavailable when no process can be made.
    static Result<std::unique_ptr<InstanceProcess>> start(async::EventLoop& loop,
                                                          const std::string& sandbox,
                                                          const LaunchSpec& spec, int output,
                                                          ProcessOwner& owner);
    // Ends the process if it still runs.
    ~InstanceProcess();

    // Lets the sandbox begin: until then it has no children and runs nothing of the function, so
    // that what holds the instance can be put around it first. Once, after start().
    void proceed();
    // Ends the instance's processes, all of them; on_ended() follows.
    void kill();
    // The sandbox's own process: the root of the instance's process tree.
    pid_t pid() const { return pid_; }

private:
    class Watch;

    InstanceProcess(async::EventLoop& loop, pid_t pid, int pidfd, int control, bool in_namespaces,
                    ProcessOwner& owner);
    void read_messages();
    void take_exit(std::string_view numbers);
    void take(std::string_view message, pid_t sender, int descriptor);
    void ended();

    async::EventLoop& loop_;
    ProcessOwner& owner_;
    pid_t pid_;
    int pidfd_;
    int control_;
    const bool in_namespaces_;
    bool killed_ = false;
    ProcessEnd end_;
    bool end_known_ = false;
    std::unique_ptr<Watch> exit_watch_;
    std::unique_ptr<Watch> control_watch_;
    async::FunctionTimer kill_harder_;
};

}  // namespace gatehouse::functions
