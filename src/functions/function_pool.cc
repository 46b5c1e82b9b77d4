#include "functions/function_pool.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <utility>

namespace gatehouse::functions {
namespace {

namespace fs = std::filesystem;

bool is_same_code(const Function& a, const Function& b) {
    return a.configuration.revision == b.configuration.revision;
}

// AWS's answer when a bound on concurrency is hit; the reason goes where callers look for it.
Error throttled(std::string_view reason) {
    return Error{ErrorKind::Throttled, "Rate Exceeded.", Place{std::string(reason), 0, 0}};
}

}  // namespace

Result<PreparedFunction> prepare_function(FunctionSnapshot function,
                                          const FunctionSettings& settings,
                                          PackageStore& packages) {
    PreparedFunction prepared{.function = std::move(function)};
    const FunctionConfiguration& configuration = prepared.function->configuration;
    Result<Runtime> runtime = find_runtime(configuration.runtime);
    if (!runtime) return fail(std::move(runtime.error()));
    prepared.runtime = std::move(*runtime);
    if (prepared.runtime.family != RuntimeFamily::Provided) {
        Result<Interpreter> interpreter = find_interpreter(
            prepared.runtime,
            settings.search_path.empty() ? default_search_path() : settings.search_path,
            settings.runtime_fallback);
        if (!interpreter) return fail(std::move(interpreter.error()));
        prepared.interpreter = std::move(*interpreter);
    }
    Result<std::string> package = packages.unpacked(configuration.code_hash);
    if (!package) return fail(std::move(package.error()));
    prepared.package = std::move(*package);
    if (configuration.layers.empty()) return prepared;
    std::vector<CodeHash> hashes;
    for (const LayerUse& layer : configuration.layers) hashes.push_back(layer.code_hash);
    Result<std::string> layers = packages.merged(hashes);
    if (!layers) return fail(std::move(layers.error()));
    prepared.layers = std::move(*layers);
    return prepared;
}

FunctionPool::~FunctionPool() {
    shut_down({ErrorKind::Cancelled, "the server is stopping", {}}, Begun::Cancel);
    for (std::size_t i = 0; i < instances_.size(); ++i) parts_.room.give_room_back();
}

void FunctionPool::use(FunctionSnapshot function) {
    const bool is_new = !function_ || !is_same_code(*function_, *function);
    function_ = std::move(function);
    if (!is_new) return;
    shutting_down_ = false;  // deleted and made again
    prepared_.reset();
    to_begin_anew_ = 0;
    for (const auto& instance : instances_) {
        if (instance->state() == Instance::State::Idle) instance->stop();
    }
}

std::size_t FunctionPool::count(Instance::State state) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        instances_, [state](const auto& instance) { return instance->state() == state; }));
}

std::size_t FunctionPool::in_flight() const {
    return waiting_.size() + count(Instance::State::Busy);
}

std::size_t FunctionPool::instances_max() const {
    const std::uint32_t bound = parts_.instance.settings.instances_per_function_max;
    return function_->reserved_concurrency ? std::min(bound, *function_->reserved_concurrency)
                                           : bound;
}

void FunctionPool::submit(std::unique_ptr<Invocation> invocation) {
    assert(function_ && "use() first");
    drop_abandoned();
    if (waiting_.size() >= parts_.instance.settings.queue_max) {
        return invocation->done(fail(throttled("ConcurrentInvocationLimitExceeded")));
    }
    invocation->submitted = parts_.instance.loop.clock().machine_now();
    invocation->progress->begun_of_all = begun_;
    invocation->progress->begun_before = begun_->load();
    invocation->progress->came_behind_others = count(Instance::State::Busy) > 0;
    invocation->progress->has_come = true;
    waiting_.push_back(std::move(invocation));
    balance();
}

void FunctionPool::drop_abandoned() {
    while (!waiting_.empty() && waiting_.front()->progress->is_abandoned) waiting_.pop_front();
}

void FunctionPool::balance() {
    if (shutting_down_) return;
    drop_abandoned();
    if (waiting_.empty()) return;
    if (!prepared_) return begin_preparing();
    run_waiting();
    start_instances();
}

void FunctionPool::run_waiting() {
    while (!waiting_.empty()) {
        Instance* best = nullptr;
        for (const auto& instance : instances_) {
            if (!instance->can_run() || &instance->prepared() != prepared_.get()) continue;
            if (best == nullptr || instance->idle_since() > best->idle_since()) {
                best = instance.get();
            }
        }
        if (best == nullptr) return;
        std::unique_ptr<Invocation> invocation = std::move(waiting_.front());
        waiting_.pop_front();
        if (invocation->progress->is_abandoned) continue;
        ++*begun_;
        best->run(std::move(invocation));
    }
}

void FunctionPool::start_instances() {
    std::size_t starting = count(Instance::State::Starting);
    while (starting < waiting_.size() &&
           starting < parts_.instance.settings.starts_in_parallel_max &&
           instances_.size() < instances_max() && parts_.room.take_room()) {
        if (!start_one()) return;
        ++starting;
    }
}

bool FunctionPool::start_one() {
    const auto phase = to_begin_anew_ > 0 ? Instance::Phase::Invoke : Instance::Phase::Init;
    if (to_begin_anew_ > 0) --to_begin_anew_;
    auto instance = std::make_unique<Instance>(parts_.instance, prepared_,
                                               static_cast<InstanceOwner&>(*this), phase);
    if (const Result<void> started = instance->start(); !started) {
        instance.reset();
        parts_.room.give_room_back();
        fail_oldest(started.error());
        return false;
    }
    instances_.push_back(std::move(instance));
    return true;
}

void FunctionPool::fail_oldest(const Error& why) {
    if (waiting_.empty()) return;
    std::unique_ptr<Invocation> invocation = std::move(waiting_.front());
    waiting_.pop_front();
    invocation->done(fail(why));
}

void FunctionPool::begin_preparing() {
    if (std::exchange(preparing_, true)) return;
    parts_.tasks.start(prepare(function_));
}

async::Task<void> FunctionPool::prepare(FunctionSnapshot function) {
    // The settings and the store outlive the workers' queue.
    const FunctionSettings& settings = parts_.instance.settings;
    PackageStore& packages = parts_.packages;
    Result<PreparedFunction> prepared = co_await parts_.workers.run(
        parts_.instance.loop, [function, &settings, &packages]() -> Result<PreparedFunction> {
            return prepare_function(function, settings, packages);
        });
    preparing_ = false;
    if (shutting_down_) co_return;
    if (!is_same_code(*function, *function_)) {
        balance();  // changed meanwhile: once more
    } else if (prepared) {
        prepared_ = std::make_shared<const PreparedFunction>(std::move(*prepared));
        balance();
    } else {
        while (!waiting_.empty()) fail_oldest(prepared.error());
    }
}

void FunctionPool::on_instance_idle(Instance& instance) {
    if (shutting_down_ || &instance.prepared() != prepared_.get()) return instance.stop();
    balance();
}

void FunctionPool::on_start_failed(Instance& instance, StartFailure failure) {
    // Of several that were started at once, one gives way for all.
    if (failure.machine &&
        (instance.was_asked_for_more() || parts_.instance.isolation.give_way(failure.stage))) {
        return balance();
    }
    if (waiting_.empty()) return;
    if (failure.begin_anew) {
        ++to_begin_anew_;  // when the process is gone, see on_instance_ended()
        return;
    }
    if (failure.machine) return fail_oldest(*failure.machine);
    std::unique_ptr<Invocation> invocation = std::move(waiting_.front());
    waiting_.pop_front();
    InvocationResult result{.payload = failure.body(invocation->request_id),
                            .function_error = failure.kind,
                            .request_id = invocation->request_id,
                            .start = StartKind::Cold,
                            .init_duration = failure.init_duration};
    std::string tail = instance.tell_failed_start(invocation->request_id, failure);
    if (invocation->options.log_tail == LogTail::Wanted) result.log_tail = std::move(tail);
    invocation->done(std::move(result));
}

void FunctionPool::on_instance_ended(Instance& instance) {
    const auto at =
        std::ranges::find_if(instances_, [&](const auto& held) { return held.get() == &instance; });
    assert(at != instances_.end());
    std::unique_ptr<Instance> ended = std::move(*at);
    instances_.erase(at);
    ended.reset();
    parts_.room.give_room_back();
    balance();
}

void FunctionPool::shut_down(const Error& why, Begun begun) {
    shutting_down_ = true;
    while (!waiting_.empty()) fail_oldest(why);
    for (const auto& instance : instances_) {
        const bool busy = instance->state() == Instance::State::Busy;
        if (!busy || begun == Begun::Cancel) instance->stop();
    }
}

void FunctionPool::drop_all_abandoned() {
    std::erase_if(waiting_, [](const auto& one) { return one->progress->is_abandoned.load(); });
}

void FunctionPool::sweep(SteadyTime before) {
    drop_all_abandoned();
    for (const auto& instance : instances_) {
        instance->look_after();
        if (instance->state() == Instance::State::Idle && instance->idle_since() < before) {
            instance->stop();
        }
    }
}

Instance* FunctionPool::idle_longest() const {
    Instance* longest = nullptr;
    for (const auto& instance : instances_) {
        if (instance->state() != Instance::State::Idle) continue;
        if (longest == nullptr || instance->idle_since() < longest->idle_since()) {
            longest = instance.get();
        }
    }
    return longest;
}

}  // namespace gatehouse::functions
