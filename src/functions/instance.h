// One instance of a function: a process that serves one event at a time, its Runtime API, its
// output and its limits.
//
//   Starting ─▶ Idle ⇄ Busy ─▶ Ending ─▶ (on_instance_ended)
//
// Threads: one loop.
// Lifetimes: parts and owner outlive it. It may be destroyed from on_instance_ended() only, or
// from outside of any of its calls.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "async/event_loop.h"
#include "base/random.h"
#include "functions/instance_launch.h"
#include "functions/instance_log.h"
#include "functions/instance_process.h"
#include "functions/memory_groups.h"
#include "functions/runtime_endpoint.h"

namespace gatehouse::functions {

// How an event fares, shared with its caller.
struct InvocationProgress {
    std::atomic<bool> is_abandoned = false;  // the caller has stopped waiting
    // When an instance had it; -1: none has it.
    std::atomic<std::int64_t> began_after_ms = -1;
    std::atomic<bool> came_behind_others = false;  // they were served when it came
    // How many events of the function have begun, and how many had when it came. The pool's until
    // it says so.
    std::shared_ptr<const std::atomic<std::uint64_t>> begun_of_all;
    std::uint64_t begun_before = 0;
    std::atomic<bool> has_come = false;

    bool was_behind_others() const {
        if (!has_come) return false;
        if (came_behind_others) return true;
        const std::uint64_t own = began_after_ms >= 0 ? 1 : 0;
        return *begun_of_all > begun_before + own;
    }
};

// An event on its way to an instance and back.
struct Invocation {
    RequestId request_id;
    Qualifier qualifier;  // by which the caller named the function
    Payload payload;
    InvokeOptions options;
    std::move_only_function<void(Result<InvocationResult>)> done;
    std::shared_ptr<InvocationProgress> progress = std::make_shared<InvocationProgress>();
    SteadyTime submitted{};
};

// Why an instance never became ready.
struct StartFailure {
    FunctionErrorKind kind = FunctionErrorKind::InitFailed;
    // The error body for the event that waits; "{id}" is not substituted: the body is complete.
    std::function<std::string(const RequestId&)> body;
    // As the log tells it.
    std::string status = "error";
    std::string error_type;
    // Set when it is this machine's fault instead of the function's.
    std::optional<Error> machine;
    std::string stage;  // with `machine`: where the sandbox failed
    // It took longer than the init phase may: to be begun anew as part of the event that waits.
    bool begin_anew = false;
    std::chrono::microseconds init_duration{};
};

class Instance;

class InstanceOwner {
public:
    // Ready for an event, for the first time or again.
    virtual void on_instance_idle(Instance& instance) = 0;
    // It will end without having been ready.
    virtual void on_start_failed(Instance& instance, StartFailure failure) = 0;
    // Its process is gone. The owner destroys the instance here.
    virtual void on_instance_ended(Instance& instance) = 0;

protected:
    ~InstanceOwner() = default;
};

struct InstanceParts {
    async::EventLoop& loop;
    FunctionLogSink& log;
    CredentialIssuer* issuer;  // null: instances get no keys
    Random& random;
    const FunctionSettings& settings;
    const RuntimeFiles& files;
    Isolation& isolation;
    MemoryGroups* memory_groups;  // null: memory is watched instead
    // Removes an instance's scratch directory, somewhere it may take long.
    std::function<void(std::string)> remove_directory;
};

class Instance final : RuntimeEndpointOwner, ProcessOwner, Pinned {
public:
    enum class State : std::uint8_t { Starting, Idle, Busy, Ending };
    // What a start is part of. Init has settings.init_max; what is part of an invocation has the
    // function's own timeout.
    enum class Phase : std::uint8_t { Init, Invoke };

    Instance(const InstanceParts& parts, std::shared_ptr<const PreparedFunction> prepared,
             InstanceOwner& owner, Phase phase);
    ~Instance();

    // Unavailable when no process can be made.
    Result<void> start();
    // Whether run() may be called: idle, and its runtime still waits for an event.
    bool can_run() const;
    void run(std::unique_ptr<Invocation> invocation);
    // Ends it; the event it serves, if any, fails with Cancelled.
    void stop();
    // The log of the event for which it did not become ready; returns its tail.
    std::string tell_failed_start(const RequestId& request, const StartFailure& failure);
    // Now and then while idle: takes what it has printed.
    void look_after();

    State state() const { return state_; }
    const PreparedFunction& prepared() const { return *prepared_; }
    SteadyTime idle_since() const { return idle_since_; }
    // Whether more isolation was asked for when it was started than would be now.
    bool was_asked_for_more() const {
        return times_given_way_ != parts_.isolation.times_given_way();
    }
    pid_t process() const { return process_ ? process_->pid() : -1; }

private:
    class OutputWatch;

    // RuntimeEndpointOwner
    void on_runtime_event(RuntimeApi::Outcome outcome) override;
    bool may_connect(int connected_socket) override;
    // ProcessOwner
    void on_confined(std::string_view text) override;
    void on_started(pid_t runtime) override;
    void on_listener(int socket) override;
    void on_ended(const ProcessEnd& end) override;

    void ready();
    void answered(RuntimeApi::Outcome outcome);
    void deliver();
    void finish();
    void fail_start(StartFailure failure);
    StartFailure start_failure(const ProcessEnd& end);
    void fail_event(FunctionErrorKind kind, std::string body, std::string status,
                    std::string error_type);
    void time_out();
    void time_out_event();
    void tick();
    void hold_memory(const std::string& id);
    void watch_memory();
    void end_out_of_memory();
    void drain_output();
    void sample_memory();
    void close_output();
    SteadyTime machine_now() const { return parts_.loop.clock().machine_now(); }
    std::chrono::microseconds since(SteadyTime start) const;

    const InstanceParts& parts_;
    std::shared_ptr<const PreparedFunction> prepared_;
    InstanceOwner& owner_;
    const Phase phase_;
    State state_ = State::Starting;
    LaunchPlan plan_;
    std::unique_ptr<RuntimeEndpoint> endpoint_;
    std::unique_ptr<InstanceProcess> process_;
    std::optional<InstanceLog> log_;
    int output_ = -1;
    std::unique_ptr<OutputWatch> output_watch_;
    int memory_file_ = -1;  // /proc/RUNTIME/statm
    std::unique_ptr<MemoryGroup> memory_group_;
    pid_t runtime_ = -1;

    std::uint32_t times_given_way_ = 0;
    SteadyTime started_{};
    SteadyTime idle_since_{};
    bool start_settled_ = false;  // became ready, or failed to
    std::chrono::microseconds init_duration_{};
    bool first_event_ = true;
    std::uint64_t max_memory_ = 0;
    SteadyTime next_memory_look_{};

    std::unique_ptr<Invocation> current_;
    std::optional<InvocationResult> result_;
    SteadyTime event_started_{};
    Report report_;

    async::FunctionTimer limit_;
    async::FunctionTimer tick_;
};

}  // namespace gatehouse::functions
