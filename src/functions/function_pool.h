// The instances of one function and the events that wait for one.
//
// Instances are started when events wait, a few at a time, and stopped by the pool of all
// functions when they have been idle for long or their place is needed. The instance that became
// idle last is used first, so that the others may go.
//
// Threads: one loop.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "async/task_group.h"
#include "async/worker_pool.h"
#include "functions/instance.h"
#include "functions/package_store.h"

namespace gatehouse::functions {

class FunctionPool;

// What one function's pool needs of the pool of all.
class PoolRoom {
public:
    // Whether one more instance may be started on this machine now. When not, room is made if it
    // can be (an idle instance of another function is stopped), and balance() is called again
    // when it is there.
    virtual bool take_room() = 0;
    virtual void give_room_back() = 0;

protected:
    ~PoolRoom() = default;
};

struct PoolParts {
    InstanceParts instance;
    PackageStore& packages;
    async::WorkerPool& workers;
    async::TaskGroup& tasks;
    PoolRoom& room;
};

class FunctionPool final : InstanceOwner, Pinned {
public:
    explicit FunctionPool(const PoolParts& parts) : parts_(parts) {}
    ~FunctionPool();

    // Events from here on go to this state of the function. Instances of another revision serve
    // what they have begun and end.
    void use(FunctionSnapshot function);
    // Requires: use() was called.
    void submit(std::unique_ptr<Invocation> invocation);
    // Gives waiting events to instances, starting some where needed.
    void balance();
    // Ends every instance and fails every waiting event with this. Finish: what an instance has
    // begun it may finish.
    enum class Begun : bool { Finish, Cancel };
    void shut_down(const Error& why, Begun begun);

    // Stops instances that have been idle since before `before`, and looks after the others.
    // Waiting invocations whose callers have left.
    void drop_all_abandoned();
    void sweep(SteadyTime before);
    // The instance that has been idle for longest, or null.
    Instance* idle_longest() const;

    std::size_t instances() const { return instances_.size(); }
    std::size_t waiting() const { return waiting_.size(); }
    std::size_t in_flight() const;
    bool is_empty() const { return instances_.empty() && waiting_.empty() && !preparing_; }

private:
    // InstanceOwner
    void on_instance_idle(Instance& instance) override;
    void on_start_failed(Instance& instance, StartFailure failure) override;
    void on_instance_ended(Instance& instance) override;

    std::size_t count(Instance::State state) const;
    std::size_t instances_max() const;
    void drop_abandoned();
    void run_waiting();
    void start_instances();
    bool start_one();
    void begin_preparing();
    async::Task<void> prepare(FunctionSnapshot function);
    void fail_oldest(const Error& why);

    const PoolParts& parts_;
    FunctionSnapshot function_;
    std::shared_ptr<const PreparedFunction> prepared_;  // of function_; null until it is
    bool preparing_ = false;
    std::size_t to_begin_anew_ = 0;  // starts that overran the init phase
    bool shutting_down_ = false;
    std::deque<std::unique_ptr<Invocation>> waiting_;
    // Events that instances were given; shared with those who wait for theirs.
    std::shared_ptr<std::atomic<std::uint64_t>> begun_ =
        std::make_shared<std::atomic<std::uint64_t>>(0);
    std::vector<std::unique_ptr<Instance>> instances_;
};

// Finds the runtime and unpacks the package. Blocks: for a worker.
Result<PreparedFunction> prepare_function(FunctionSnapshot function,
                                          const FunctionSettings& settings, PackageStore& packages);

}  // namespace gatehouse::functions
