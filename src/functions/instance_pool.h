// The instances of all functions on this machine: one FunctionPool each, a bound on all of them
// together, and the housekeeping.
//
// Threads: its loop; submit() and forget() on that loop too.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "functions/function_pool.h"

namespace gatehouse::functions {

class InstancePool final : PoolRoom, Pinned {
public:
    struct Parts {
        async::EventLoop& loop;
        async::WorkerPool& workers;
        FunctionLogSink& log;
        CredentialIssuer* issuer;  // may be null
        Random& random;
        PackageStore& packages;
        MemoryGroups* memory_groups = nullptr;   // null: memory is watched instead
        Isolation::OnReached on_isolation = {};  // may be empty; told on the loop
    };
    // Everything outlives the pool. `files` as install_runtime_files() gave them.
    InstancePool(Parts parts, FunctionSettings settings, RuntimeFiles files);
    // Requires: stop() was awaited, or nothing was ever submitted.
    ~InstancePool();

    // Hands the event to an instance of this state of the function, now or when there is one.
    void submit(const FunctionSnapshot& function, std::unique_ptr<Invocation> invocation);
    // The function is deleted: its instances end, what waits for it fails with NotFound.
    void forget(const Tenant& tenant, const FunctionName& name);
    // Ends all instances. Later events fail with Cancelled. What has not ended by the deadline is
    // killed when the pool dies.
    async::Task<void> stop(Deadline deadline);

    struct Facts {
        std::size_t functions = 0;
        std::size_t instances = 0;
        std::size_t waiting = 0;
    };
    Facts facts() const;
    // From now on instances are started as on a system that allows no namespaces.
    void forgo_namespaces() { isolation_.give_way("namespaces"); }
    // Of instances that are started from now on; see FunctionSettings::extra_environment.
    void add_to_environment(std::string name, std::string value) {
        settings_.extra_environment.insert_or_assign(std::move(name), std::move(value));
    }
    async::EventLoop& loop() { return parts_.loop; }

private:
    struct Key {
        Tenant tenant;
        FunctionName name;
        FunctionVersion version;
        auto operator<=>(const Key&) const = default;
    };

    bool take_room() override;
    void give_room_back() override;
    void sweep();
    void remove_directory(std::string path);
    // Of each version.
    template <class Action>
    void for_pools_of(const Tenant& tenant, const FunctionName& name, Action action) const;
    std::optional<std::string_view> reached_bound(const Function& function) const;

    Parts parts_;
    FunctionSettings settings_;
    const RuntimeFiles files_;
    Isolation isolation_;
    async::TaskGroup tasks_;
    PoolParts pool_parts_;
    std::map<Key, std::unique_ptr<FunctionPool>> pools_;
    std::size_t instances_ = 0;
    bool room_wanted_ = false;
    bool stopping_ = false;
    async::FunctionTimer sweep_timer_;
    async::Wake changed_;
};

// The invoker over a pool and the functions that exist.
class FunctionLookup {
public:
    virtual ~FunctionLookup() = default;
    // The version that the next invocation goes to; an alias with two draws one of them. Null when
    // there is no such function or version. Threads: any.
    virtual FunctionSnapshot choose(const FunctionRef& function, Random& random) const = 0;
};

class PooledInvoker final : public FunctionInvoker, Pinned {
public:
    // All outlive it.
    PooledInvoker(const FunctionLookup& functions, InstancePool& pool, Random& random)
        : functions_(functions), pool_(pool), random_(random) {}
    async::Task<Result<InvocationResult>> invoke(FunctionRef function, Payload event,
                                                 InvokeOptions options) override;

private:
    const FunctionLookup& functions_;
    InstancePool& pool_;
    Random& random_;
};

}  // namespace gatehouse::functions
