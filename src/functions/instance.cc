#include "functions/instance.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdio>
#include <utility>

#include "base/encoding.h"
#include "functions/error_bodies.h"
#include "functions/limits.h"
#include "functions/socket_owner.h"

namespace gatehouse::functions {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds tick_every{50};
constexpr milliseconds memory_look_every{100};
// Looking at very many processes takes long: it may have this share of the loop's time.
constexpr int memory_look_rest_factor = 20;
constexpr std::size_t output_read_bytes = 64 * 1024;
// Taken at one go at most, so that a flood holds nobody else up.
constexpr std::size_t output_slice_bytes = 1024 * 1024;
// Output that fills the pipe faster than the ticks empty it is waited for instead.
constexpr std::size_t busy_output_bytes = 32 * 1024;

std::string_view phase_name(Instance::Phase phase) {
    return phase == Instance::Phase::Init ? "init" : "invoke";
}

}  // namespace

// Takes output as it comes, for a function that prints much.
class Instance::OutputWatch final : async::ReadinessHandler, Pinned {
public:
    explicit OutputWatch(Instance& instance) : instance_(instance) {
        instance_.parts_.loop.watch(instance_.output_, *this, EPOLLIN);
    }
    ~OutputWatch() { instance_.parts_.loop.unwatch(instance_.output_, *this); }

private:
    void on_ready(std::uint32_t) override { instance_.drain_output(); }
    Instance& instance_;
};

Instance::Instance(const InstanceParts& parts, std::shared_ptr<const PreparedFunction> prepared,
                   InstanceOwner& owner, Phase phase)
    : parts_(parts),
      prepared_(std::move(prepared)),
      owner_(owner),
      phase_(phase),
      limit_([this] { time_out(); }),
      tick_([this] { tick(); }) {}

Instance::~Instance() {
    if (current_ && current_->done) {
        current_->done(fail(ErrorKind::Cancelled, "the server is stopping"));
    }
    process_.reset();
    close_output();
    if (memory_file_ >= 0) close(memory_file_);
    if (!plan_.scratch_directory.empty()) parts_.remove_directory(plan_.scratch_directory);
}

microseconds Instance::since(SteadyTime start) const {
    return std::chrono::duration_cast<microseconds>(machine_now() - start);
}

Result<void> Instance::start() {
    std::array<std::uint8_t, 16> id;
    parts_.random.fill(id);
    LaunchInput input{.prepared = *prepared_,
                      .settings = parts_.settings,
                      .files = parts_.files,
                      .isolation = parts_.isolation,
                      .credentials = {},
                      .now = parts_.loop.clock().wall_now(),
                      .log_stream_id = to_hex(id)};
    const Function& function = *prepared_->function;
    if (parts_.issuer != nullptr) {
        Result<FunctionCredentials> keys = parts_.issuer->issue(function);
        if (!keys) return fail(std::move(keys.error()));
        input.credentials = std::move(*keys);
    }
    plan_ = plan_launch(input);
    times_given_way_ = parts_.isolation.times_given_way();
    if (auto reachable = make_reachable(plan_, parts_.settings); !reachable) return reachable;
    log_.emplace(parts_.log, parts_.loop.clock(),
                 std::make_shared<const FunctionLogSink::Stream>(FunctionLogSink::Stream{
                     function.tenant, function.configuration.log_group, plan_.log_stream}));
    if (!plan_.scratch_directory.empty()) {
        const char* const path = plan_.scratch_directory.c_str();
        if (mkdir(path, 0700) != 0 ||
            (plan_.spec.user != 0 && chown(path, plan_.spec.user, plan_.spec.group) != 0)) {
            return fail(ErrorKind::Unavailable,
                        fmt::format("{} cannot be made for a function instance", path));
        }
    }
    endpoint_ =
        std::make_unique<RuntimeEndpoint>(parts_.loop, static_cast<RuntimeEndpointOwner&>(*this));
    if (!plan_.private_network) {
        if (auto opened = endpoint_->open(); !opened) return opened;
        set_runtime_api_port(plan_, endpoint_->port());
    }
    std::array<int, 2> pipe_ends{};
    if (pipe2(pipe_ends.data(), O_CLOEXEC) != 0) {
        return fail(ErrorKind::Unavailable, "no pipe for a function instance's output");
    }
    output_ = pipe_ends[0];
    fcntl(output_, F_SETFL, O_NONBLOCK);
    started_ = machine_now();
    auto process =
        InstanceProcess::start(parts_.loop, parts_.files.sandbox, plan_.spec, pipe_ends[1], *this);
    close(pipe_ends[1]);
    if (!process) return fail(std::move(process.error()));
    process_ = std::move(*process);
    hold_memory(input.log_stream_id);
    process_->proceed();
    const milliseconds limit = phase_ == Phase::Init ? parts_.settings.init_max
                                                     : seconds(function.configuration.timeout_s);
    parts_.loop.machine_timers().set(limit_, started_ + limit);
    parts_.loop.machine_timers().set(tick_, started_ + tick_every);
    return {};
}

bool Instance::can_run() const {
    return state_ == State::Idle && endpoint_->state() == RuntimeApi::State::Waiting;
}

void Instance::run(std::unique_ptr<Invocation> invocation) {
    assert(can_run());
    const Function& function = *prepared_->function;
    const seconds timeout(function.configuration.timeout_s);
    state_ = State::Busy;
    current_ = std::move(invocation);
    result_.reset();
    report_ =
        Report{.request_id = current_->request_id, .memory_mb = function.configuration.memory_mb};
    event_started_ = machine_now();
    drain_output();  // what was printed since the last event is not this event's
    log_->begin(current_->request_id, std::move(current_->options.secrets),
                current_->options.log_tail);
    current_->progress->began_after_ms =
        std::chrono::duration_cast<milliseconds>(event_started_ - current_->submitted).count();
    const milliseconds limit = current_->options.run_max.value_or(timeout);
    parts_.loop.machine_timers().set(limit_,
                                     event_started_ + std::min<milliseconds>(limit, timeout));
    parts_.loop.machine_timers().set(tick_, event_started_ + tick_every);
    // The process compares it with the machine's own time.
    const WallTime deadline = SystemClock().wall_now() + timeout;
    endpoint_->give({.request_id = current_->request_id,
                     .deadline_ms = deadline.time_since_epoch().count(),
                     .function_arn = qualified_arn(function.configuration, current_->qualifier),
                     .trace_id = current_->options.trace_id,
                     .client_context = current_->options.client_context,
                     .payload = current_->payload});
}

void Instance::stop() {
    state_ = State::Ending;
    if (process_) process_->kill();
}

void Instance::look_after() {
    if (state_ == State::Idle) drain_output();
}

void Instance::on_runtime_event(RuntimeApi::Outcome outcome) {
    using Event = RuntimeApi::Event;
    if (state_ == State::Ending) return;
    const bool also_ready = outcome.also_ready;
    switch (outcome.event) {
        case Event::None: break;
        case Event::Ready: return ready();
        case Event::InitError: {
            StartFailure failure{.error_type = std::move(outcome.error_type),
                                 .init_duration = since(started_)};
            failure.body = [body = std::move(outcome.body)](const RequestId&) { return body; };
            drain_output();
            return fail_start(std::move(failure));
        }
        case Event::Response:
        case Event::Error:
        case Event::ResponseTooLarge: answered(std::move(outcome));
    }
    if (also_ready && state_ == State::Busy) ready();
}

void Instance::ready() {
    if (state_ == State::Starting) {
        start_settled_ = true;
        init_duration_ = since(started_);
        limit_.cancel();
    } else if (current_ != nullptr) {
        if (!result_) return;  // asks again without having answered
        finish();
    }
    tick_.cancel();
    state_ = State::Idle;
    idle_since_ = parts_.loop.now();
    owner_.on_instance_idle(*this);
}

// The function's answer has come. The caller gets it at once, unless it wants the log's tail too,
// which is complete only when the function is done.
void Instance::answered(RuntimeApi::Outcome outcome) {
    assert(current_ != nullptr);
    using Event = RuntimeApi::Event;
    InvocationResult result{.payload = std::move(outcome.body)};
    if (outcome.event == Event::ResponseTooLarge) {
        result.payload = too_large_body();
        result.function_error = FunctionErrorKind::ResponseTooLarge;
        report_.status = "error";
        report_.error_type = "Function.ResponseSizeTooLarge";
    } else if (outcome.event == Event::Error) {
        result.function_error = FunctionErrorKind::Raised;
        report_.status = "error";
        report_.error_type = std::move(outcome.error_type);
    }
    sample_memory();
    result.request_id = current_->request_id;
    result.start = first_event_ ? StartKind::Cold : StartKind::Warm;
    if (first_event_) result.init_duration = init_duration_;
    result.duration = since(event_started_);
    result.max_memory_mb = static_cast<std::uint32_t>(max_memory_ >> 20);
    result_ = std::move(result);
    if (current_->options.log_tail == LogTail::Unwanted) deliver();
}

void Instance::deliver() {
    if (!current_->done) return;
    auto done = std::exchange(current_->done, nullptr);
    // The payload is the caller's now; what is left says that there was a result.
    done(std::move(*result_));
}

// The event is over: its log ends, its caller has or gets the result.
void Instance::finish() {
    drain_output();
    output_watch_.reset();
    limit_.cancel();
    report_.duration = std::min<microseconds>(
        since(event_started_), seconds(prepared_->function->configuration.timeout_s));
    if (first_event_) report_.init_duration = init_duration_;
    report_.max_memory_mb = static_cast<std::uint32_t>(max_memory_ >> 20);
    log_->end(report_);
    first_event_ = false;
    if (current_->done) {
        result_->log_tail = log_->take_tail();
        deliver();
    }
    current_.reset();
}

void Instance::fail_event(FunctionErrorKind kind, std::string body, std::string status,
                          std::string error_type) {
    report_.status = std::move(status);
    report_.error_type = std::move(error_type);
    if (!result_) {
        result_ = InvocationResult{.payload = std::move(body),
                                   .function_error = kind,
                                   .request_id = current_->request_id,
                                   .start = first_event_ ? StartKind::Cold : StartKind::Warm,
                                   .duration = since(event_started_)};
        if (first_event_) result_->init_duration = init_duration_;
        result_->max_memory_mb = static_cast<std::uint32_t>(max_memory_ >> 20);
    }
    finish();
    stop();
}

void Instance::fail_start(StartFailure failure) {
    if (std::exchange(start_settled_, true)) return;
    limit_.cancel();
    if (!failure.machine) {
        log_->init_report(failure.init_duration, phase_name(phase_), failure.status,
                          failure.error_type);
    }
    stop();
    owner_.on_start_failed(*this, std::move(failure));
}

std::string Instance::tell_failed_start(const RequestId& request, const StartFailure& failure) {
    return log_->tell_failed_start({.request_id = request,
                                    .duration = failure.init_duration,
                                    .memory_mb = prepared_->function->configuration.memory_mb,
                                    .max_memory_mb = static_cast<std::uint32_t>(max_memory_ >> 20),
                                    .status = failure.status,
                                    .error_type = failure.error_type});
}

// Over the function's own timeout, or over the time of a caller who ends it then.
void Instance::time_out_event() {
    const std::uint32_t timeout_s = prepared_->function->configuration.timeout_s;
    const SteadyTime own_limit = event_started_ + seconds(timeout_s);
    const bool is_callers_limit = machine_now() < own_limit;
    if (is_callers_limit && result_) {  // it has answered, and may finish what it does
        parts_.loop.machine_timers().set(limit_, own_limit);
        return;
    }
    if (is_callers_limit) {
        drain_output();
        log_->platform(fmt::format("[gatehouse] ended after {} ms: its caller waits no longer",
                                   since(event_started_) / milliseconds(1)));
        if (auto done = std::exchange(current_->done, nullptr)) {
            done(fail(ErrorKind::Timeout,
                      fmt::format("the function {} did not answer in time",
                                  prepared_->function->configuration.name.view())));
        }
    }
    fail_event(FunctionErrorKind::TimedOut, timeout_body(current_->request_id, timeout_s),
               "timeout", "");
}

void Instance::time_out() {
    if (state_ == State::Busy) return time_out_event();
    if (state_ != State::Starting) return;
    const std::uint32_t timeout_s = prepared_->function->configuration.timeout_s;
    drain_output();
    const bool is_init = phase_ == Phase::Init;
    StartFailure failure{.kind = FunctionErrorKind::TimedOut,
                         .status = "timeout",
                         .begin_anew = is_init,
                         .init_duration = is_init ? since(started_) : seconds(timeout_s)};
    failure.body = [timeout_s](const RequestId& id) { return timeout_body(id, timeout_s); };
    fail_start(std::move(failure));
}

void Instance::tick() {
    if (state_ == State::Ending) return;
    parts_.loop.machine_timers().set(tick_, machine_now() + tick_every);
    drain_output();
    if (machine_now() >= next_memory_look_) watch_memory();
}

// Puts the sandbox, of which everything else is a descendant, into a group of the kernel's. Where
// that fails the instance is watched.
void Instance::hold_memory(const std::string& id) {
    if (parts_.memory_groups == nullptr) return;
    const std::uint64_t bytes = std::uint64_t{prepared_->function->configuration.memory_mb} << 20;
    auto group = parts_.memory_groups->make(id, bytes);
    if (group && (*group)->add(process_->pid())) memory_group_ = std::move(*group);
}

void Instance::watch_memory() {
    if (memory_group_ != nullptr) {
        next_memory_look_ = machine_now() + memory_look_every;
        max_memory_ = std::max(max_memory_, memory_group_->bytes_in_use().value_or(0));
        return;
    }
    const SteadyTime begun = machine_now();
    std::uint64_t resident = 0;
    for (const pid_t process : process_tree(process_->pid())) resident += resident_bytes(process);
    const SteadyTime done = machine_now();
    next_memory_look_ = done + std::max<SteadyTime::duration>(
                                   memory_look_every, (done - begun) * memory_look_rest_factor);
    max_memory_ = std::max(max_memory_, resident);
    const std::uint64_t allowed = std::uint64_t{prepared_->function->configuration.memory_mb} << 20;
    if (resident > allowed) end_out_of_memory();
}

void Instance::end_out_of_memory() {
    const ProcessEnd killed{.how = ProcessEnd::How::Signalled, .value = SIGKILL};
    if (state_ == State::Busy) {
        return fail_event(FunctionErrorKind::OutOfMemory, exit_body(current_->request_id, killed),
                          "error", "Runtime.OutOfMemory");
    }
    StartFailure failure{.kind = FunctionErrorKind::OutOfMemory,
                         .error_type = "Runtime.OutOfMemory",
                         .init_duration = since(started_)};
    failure.body = [killed](const RequestId& id) { return exit_body(id, killed); };
    fail_start(std::move(failure));
}

void Instance::sample_memory() {
    std::array<char, 64> text{};
    if (memory_file_ < 0 || pread(memory_file_, text.data(), text.size() - 1, 0) <= 0) return;
    unsigned long pages = 0;
    if (std::sscanf(text.data(), "%*u %lu", &pages) == 1) {
        static const auto page_bytes = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
        max_memory_ = std::max(max_memory_, pages * page_bytes);
    }
}

void Instance::drain_output() {
    if (output_ < 0) return;
    std::array<char, output_read_bytes> buffer;
    std::size_t taken = 0;
    while (taken < output_slice_bytes) {
        const ssize_t count = read(output_, buffer.data(), buffer.size());
        if (count == 0) return close_output();
        if (count < 0) break;
        log_->output({buffer.data(), static_cast<std::size_t>(count)});
        taken += static_cast<std::size_t>(count);
        // A pipe that gave less than was asked for is empty.
        if (static_cast<std::size_t>(count) < buffer.size()) break;
    }
    if (taken > busy_output_bytes && !output_watch_ && state_ != State::Ending) {
        output_watch_ = std::make_unique<OutputWatch>(*this);
    }
}

void Instance::close_output() {
    output_watch_.reset();
    if (output_ >= 0) close(std::exchange(output_, -1));
}

bool Instance::may_connect(int connected_socket) {
    if (plan_.private_network) return true;
    const Result<SocketOwner> owner = owner_of_peer(connected_socket);
    if (!owner || !process_ || process_->pid() < 0) return false;
    if (parts_.isolation.is_own_user(plan_.spec.user)) return owner->user == plan_.spec.user;
    return holds_socket(process_tree(process_->pid()), owner->inode);
}

// The sandbox tells a user of its own even where all instances have the same.
void Instance::on_confined(std::string_view text) {
    constexpr std::string_view own_user = "own-user";
    std::string reached(text);
    const auto user = reached.find(own_user);
    if (user != reached.npos && !parts_.isolation.is_own_user(plan_.spec.user)) {
        reached.replace(user, own_user.size(), "shared-user");
    }
    parts_.isolation.set_reached(reached);
}

void Instance::on_started(pid_t runtime) {
    runtime_ = runtime;
    log_->init_start(prepared_->function->configuration);
    if (!prepared_->interpreter.warning.empty()) {
        log_->platform("[gatehouse] " + prepared_->interpreter.warning);
    }
    memory_file_ = open(fmt::format("/proc/{}/statm", runtime).c_str(), O_RDONLY | O_CLOEXEC);
}

void Instance::on_listener(int socket) {
    endpoint_->adopt(socket);
}

// The process ended before it was ready: the function's fault, or this machine's.
StartFailure Instance::start_failure(const ProcessEnd& end) {
    StartFailure failure{.error_type = "Runtime.ExitError", .init_duration = since(started_)};
    const bool no_entrypoint =
        end.stage == "exec" && prepared_->runtime.family == RuntimeFamily::Provided;
    if (no_entrypoint) {
        failure.error_type = "Runtime.InvalidEntrypoint";
        failure.body = invalid_entrypoint_body;
        return failure;
    }
    if (end.how == ProcessEnd::How::NotStarted) {
        failure.stage = end.stage;
        failure.machine = Error{
            ErrorKind::Unavailable, "a function instance cannot be started: " + end.detail, {}};
    }
    failure.body = [end](const RequestId& id) { return exit_body(id, end); };
    return failure;
}

void Instance::on_ended(const ProcessEnd& end) {
    // Its last words: everything that is still in the pipe, up to a bound.
    for (int slices = 0; slices < 16 && output_ >= 0; ++slices) drain_output();
    tick_.cancel();
    limit_.cancel();
    max_memory_ = std::max(max_memory_, end.max_resident_bytes);
    if (state_ != State::Ending && memory_group_ != nullptr && memory_group_->ran_out()) {
        if (state_ == State::Busy || state_ == State::Starting) end_out_of_memory();
    } else if (state_ == State::Busy) {
        fail_event(FunctionErrorKind::Exited, exit_body(current_->request_id, end), "error",
                   "Runtime.ExitError");
    } else if (state_ == State::Starting) {
        fail_start(start_failure(end));
    }
    log_->flush();
    state_ = State::Ending;
    owner_.on_instance_ended(*this);
}

}  // namespace gatehouse::functions
