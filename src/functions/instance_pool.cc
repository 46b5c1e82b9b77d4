#include "functions/instance_pool.h"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <utility>

#include "base/arn.h"
#include "base/uuid.h"
#include "functions/trace_header.h"

namespace gatehouse::functions {
namespace {

constexpr std::chrono::seconds sweep_every{1};

}  // namespace

InstancePool::InstancePool(Parts parts, FunctionSettings settings, RuntimeFiles files)
    : parts_(parts),
      settings_(std::move(settings)),
      files_(std::move(files)),
      isolation_(settings_.isolation, geteuid() == 0, parts.random, parts.on_isolation),
      tasks_(parts.loop, "functions"),
      pool_parts_{.instance = {.loop = parts.loop,
                               .log = parts.log,
                               .issuer = parts.issuer,
                               .random = parts.random,
                               .settings = settings_,
                               .files = files_,
                               .isolation = isolation_,
                               .memory_groups = parts.memory_groups,
                               .remove_directory =
                                   [this](std::string path) { remove_directory(std::move(path)); }},
                  .packages = parts.packages,
                  .workers = parts.workers,
                  .tasks = tasks_,
                  .room = *this},
      sweep_timer_([this] { sweep(); }),
      changed_(parts.loop) {}

InstancePool::~InstancePool() {
    stopping_ = true;
    pools_.clear();
}

void InstancePool::remove_directory(std::string path) {
    const auto remove = [path = std::move(path)] {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    };
    // With the queue full it stays until the next start.
    [[maybe_unused]] const bool queued = parts_.workers.post(remove);
}

template <class Action>
void InstancePool::for_pools_of(const Tenant& tenant, const FunctionName& name,
                                Action action) const {
    for (auto at = pools_.lower_bound({tenant, name, {}});
         at != pools_.end() && at->first.tenant == tenant && at->first.name == name; ++at) {
        action(*at->second);
    }
}

// The reason AWS gives in TooManyRequestsException.
std::optional<std::string_view> InstancePool::reached_bound(const Function& function) const {
    if (function.reserved_concurrency) {
        std::size_t in_flight = 0;
        for_pools_of(function.tenant, function.configuration.name,
                     [&](const FunctionPool& pool) { in_flight += pool.in_flight(); });
        if (in_flight >= *function.reserved_concurrency) {
            return "ReservedFunctionConcurrentInvocationLimitExceeded";
        }
    }
    std::size_t in_flight = 0;
    for (const auto& [key, pool] : pools_) {
        if (key.tenant.account == function.tenant.account) in_flight += pool->in_flight();
    }
    if (in_flight < settings_.account_concurrency_max) return std::nullopt;
    return "ConcurrentInvocationLimitExceeded";
}

void InstancePool::submit(const FunctionSnapshot& function,
                          std::unique_ptr<Invocation> invocation) {
    if (stopping_) {
        return invocation->done(fail(ErrorKind::Cancelled, "the server is stopping"));
    }
    if (reached_bound(*function)) {
        // Whoever has left takes no one's place.
        for (const auto& [key, pool] : pools_) pool->drop_all_abandoned();
    }
    if (const auto reason = reached_bound(*function)) {
        return invocation->done(
            fail(ErrorKind::Throttled, "Rate Exceeded.", Place{std::string(*reason), 0, 0}));
    }
    auto& pool = pools_[Key{function->tenant, function->configuration.name,
                            function->configuration.version}];
    if (!pool) pool = std::make_unique<FunctionPool>(pool_parts_);
    if (!sweep_timer_.is_set()) {
        parts_.loop.timers().set(sweep_timer_, parts_.loop.now() + sweep_every);
    }
    pool->use(function);
    pool->submit(std::move(invocation));
}

void InstancePool::forget(const Tenant& tenant, const FunctionName& name) {
    for_pools_of(tenant, name, [&](FunctionPool& pool) {
        pool.shut_down(
            {ErrorKind::NotFound, fmt::format("Function not found: {}", name.view()), {}},
            FunctionPool::Begun::Finish);
    });
    // They are destroyed by the next sweep, when their instances are gone.
}

bool InstancePool::take_room() {
    if (instances_ < settings_.instances_max) {
        ++instances_;
        return true;
    }
    room_wanted_ = true;
    Instance* longest = nullptr;
    for (const auto& [key, pool] : pools_) {
        Instance* const idle = pool->idle_longest();
        if (idle == nullptr) continue;
        if (longest == nullptr || idle->idle_since() < longest->idle_since()) longest = idle;
    }
    if (longest != nullptr) longest->stop();
    return false;
}

void InstancePool::give_room_back() {
    --instances_;
    changed_.notify();
    if (stopping_ || !std::exchange(room_wanted_, false)) return;
    // In a later step: the pool that gives it back is in the middle of something.
    parts_.loop.post([this] {
        for (const auto& [key, pool] : pools_) pool->balance();
    });
}

void InstancePool::sweep() {
    const SteadyTime before = parts_.loop.now() - settings_.idle_max;
    for (auto at = pools_.begin(); at != pools_.end();) {
        at->second->sweep(before);
        at = at->second->is_empty() ? pools_.erase(at) : std::next(at);
    }
    if (!pools_.empty()) {
        parts_.loop.timers().set(sweep_timer_, parts_.loop.now() + sweep_every);
    }
}

async::Task<void> InstancePool::stop(Deadline deadline) {
    stopping_ = true;
    sweep_timer_.cancel();
    for (const auto& [key, pool] : pools_) {
        pool->shut_down({ErrorKind::Cancelled, "the server is stopping", {}},
                        FunctionPool::Begun::Cancel);
    }
    while (instances_ > 0 && co_await changed_.wait(deadline)) {
    }
    co_await tasks_.join(Deadline::never());  // bounded by the workers' own waits
}

InstancePool::Facts InstancePool::facts() const {
    Facts facts{.functions = pools_.size(), .instances = instances_};
    for (const auto& [key, pool] : pools_) facts.waiting += pool->waiting();
    return facts;
}

namespace {

std::unexpected<Error> not_found(const FunctionRef& function) {
    const std::string_view version =
        function.qualifier.empty() ? latest_version : function.qualifier.view();
    return fail(ErrorKind::NotFound,
                "Function not found: " +
                    make_arn(function.tenant, "lambda",
                             fmt::format("function:{}:{}", function.name.view(), version)));
}

// The caller's side of one invocation; shared with the pool's loop.
struct Reply {
    explicit Reply(async::EventLoop& loop) : wake(loop) {}
    async::Wake wake;
    std::optional<Result<InvocationResult>> result;  // the caller's loop alone
    std::shared_ptr<InvocationProgress> progress;
    std::function<void()> on_late_failure;

    // On the caller's loop.
    void take(Result<InvocationResult> taken) {
        if (progress->is_abandoned) return take_late(taken);
        result.emplace(std::move(taken));
        wake.notify();
    }

private:
    void take_late(const Result<InvocationResult>& late) const {
        const bool is_failure = late ? late->function_error.has_value()
                                     : late.error().kind == ErrorKind::Timeout ||
                                           late.error().kind == ErrorKind::Unavailable;
        if (is_failure && on_late_failure) on_late_failure();
    }
};

// Whether others' events took most of the time that the caller had. With more of it left, the
// function took longer than for those others.
bool had_to_wait_long(const InvocationProgress& progress, SteadyTime::duration patience) {
    const std::int64_t began_after_ms = progress.began_after_ms;
    const bool is_late =
        began_after_ms < 0 || std::chrono::milliseconds(began_after_ms) > patience / 2;
    return is_late && progress.was_behind_others();
}

}  // namespace

async::Task<Result<InvocationResult>> PooledInvoker::invoke(FunctionRef function, Payload event,
                                                            InvokeOptions options) {
    const FunctionSnapshot found = functions_.choose(function, random_);
    if (!found) co_return not_found(function);
    if (event.size() > request_bytes_max) {
        co_return fail(ErrorKind::TooLarge,
                       fmt::format("Request must be smaller than {} bytes for the "
                                   "InvokeFunction operation",
                                   request_bytes_max));
    }
    async::EventLoop& loop = *async::EventLoop::current();
    auto reply = std::make_shared<Reply>(loop);
    auto invocation = std::make_unique<Invocation>();
    invocation->request_id =
        options.request_id.empty() ? RequestId(make_uuid(random_)) : options.request_id;
    invocation->qualifier = function.qualifier;
    invocation->payload = std::move(event);
    const Deadline deadline = options.deadline;
    const SteadyTime begun = loop.clock().steady_now();
    reply->on_late_failure = std::move(options.on_late_failure);
    const std::string trace_id =
        complete_trace_header(options.trace_id, loop.clock().wall_now(), random_);
    options.trace_id = trace_id;
    invocation->options = std::move(options);
    reply->progress = invocation->progress;
    invocation->done = [reply, &loop](Result<InvocationResult> result) {
        if (loop.is_current()) return reply->take(std::move(result));
        loop.post(
            [reply, result = std::move(result)]() mutable { reply->take(std::move(result)); });
    };
    if (pool_.loop().is_current()) {
        pool_.submit(found, std::move(invocation));
    } else {
        pool_.loop().post([&pool = pool_, found, invocation = std::move(invocation)]() mutable {
            pool.submit(found, std::move(invocation));
        });
    }
    // What takes long takes it on this machine, whether the caller's clock moves or not.
    async::FunctionTimer machine_limit([&wake = reply->wake] { wake.notify(); });
    if (!deadline.is_never()) {
        loop.machine_timers().set(machine_limit,
                                  loop.clock().machine_now() + (deadline.at() - begun));
    }
    if (!reply->result) co_await reply->wake.wait(deadline);
    machine_limit.cancel();
    if (!reply->result) {
        InvocationProgress& progress = *reply->progress;
        progress.is_abandoned = true;
        if (had_to_wait_long(progress, deadline.at() - begun)) {
            co_return fail(ErrorKind::Throttled,
                           fmt::format("no instance of the function {} was free in time",
                                       function.name.view()));
        }
        co_return fail(ErrorKind::Timeout,
                       fmt::format("the function {} did not answer in time", function.name.view()));
    }
    if (*reply->result) {
        (*reply->result)->trace_id = trace_id;
        (*reply->result)->executed_version = found->configuration.version;
    }
    co_return std::move(*reply->result);
}

}  // namespace gatehouse::functions
