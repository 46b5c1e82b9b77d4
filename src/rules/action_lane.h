// A bounded queue with workers of its own for each action of each rule, so that a target that is
// dead or slow harms nobody else.
//
// What a target could not do for a while is tried again with growing pauses, more often where it is
// the server's own and has no room just now; of a batch, what failed, as a batch. A queue that is
// full takes nothing more: the newest job fails; but of what is pledged (pledges.h) no job fails
// so: all jobs of its execution go, and it waits to be evaluated once more (backlog.h). Full is a
// lane, a tenant's lanes together, or all of them; jobs count with all that they hold, until they
// have ended.
//
// Threads: make(), put(), wait_for_room() and let_go() from any; everything else on the loop of
// actions.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "async/event_loop.h"
#include "async/task_group.h"
#include "async/wake.h"
#include "base/pinned.h"
#include "base/tenant.h"
#include "rules/backlog.h"
#include "rules/execution.h"
#include "rules/rule_reports.h"

namespace gatehouse::rules {

struct LaneSettings {
    std::size_t jobs_max = 10'000;  // that wait, in one lane
    std::size_t bytes_max = 32UL * 1024 * 1024;
    std::size_t tenant_bytes_max = 128UL * 1024 * 1024;  // of all its lanes
    std::size_t all_bytes_max = 256UL * 1024 * 1024;
    // On their way from the threads of statements to the loop.
    std::size_t handed_jobs_max = 1'000;
    std::size_t handed_bytes_max = 16UL * 1024 * 1024;
    std::size_t workers_max = 8;
    int tries_max = 3;
    int room_tries_max = 30;                    // of actions that wait for room
    std::chrono::milliseconds try_max{10'000};  // of steady time
    std::chrono::milliseconds first_pause{200};
    int pause_growth = 5;
    std::chrono::milliseconds pause_max{2'000};
};

class ActionLane;

class ActionLanes : Pinned {
public:
    // All must outlive it.
    struct Parts {
        async::EventLoop& loop;
        const RuleReports& reports;
        Backlog& backlog;
        // Of an execution in which something failed, once all of it has ended.
        std::function<void(ExecutionPtr)> on_failed;
    };
    ActionLanes(Parts parts, LaneSettings settings);

    std::shared_ptr<ActionLane> make(ActionPtr action, Order order = Order::Any);
    // All of what is pledged are of one execution.
    void put(std::vector<Dispatched> jobs);
    // Blocks while the loop is too far behind with what it was given. Not from the loop.
    void wait_for_room();
    // Nobody waits any longer.
    void let_go();

    // What runs has until the deadline, and nothing that waits is begun. From a task on the loop.
    async::Task<void> stop(Deadline deadline);
    // Jobs that are on their way, wait or run.
    std::size_t pending() const { return handed_jobs_ + pending_; }
    // How much room there is for what waits in the backlog.
    Backlog::Room room_for(const BacklogEntry& entry) const;
    // What they hold, but for those on their way.
    std::size_t bytes() const { return bytes_; }

private:
    friend class ActionLane;
    bool has_room_for_more() const;
    void arrived(std::size_t jobs, std::size_t bytes);
    bool has_room(const ActionLane& lane, std::size_t bytes) const;
    // Beside that of the lanes.
    bool has_room(const Tenant& tenant, std::size_t bytes) const;
    bool has_room_for_all(std::span<const Dispatched> jobs) const;
    std::size_t bytes_of(const Tenant& tenant) const;
    void hold(ActionLane& lane, const Dispatched& dispatched);
    void let_go_of(ActionLane& lane, const Dispatched& dispatched);

    void take_all(std::vector<Dispatched> jobs);
    void take(Dispatched dispatched);
    void begin_to_serve(const std::shared_ptr<ActionLane>& lane, std::size_t row);
    async::Task<void> serve(std::shared_ptr<ActionLane> lane, std::size_t row);
    async::Task<void> serve_one(ActionLane& lane, Dispatched dispatched);
    async::Task<void> serve_batch(ActionLane& lane, std::size_t row);
    async::Task<void> do_batch(ActionLane& lane, std::vector<Dispatched> batch);
    async::Task<std::vector<Dispatched>> try_batch(ActionLane& lane, std::vector<Dispatched> batch,
                                                   int tries);
    async::Task<Result<Done>> try_all(const Action& action, const Job& job);
    bool is_tried_again(const Action& action, const Error& error, int tries) const;
    async::Task<bool> pause(int tries);
    async::Task<void> sleep(SteadyTime::duration span);
    Deadline try_deadline() const;
    // The execution, where it has ended and something of it failed.
    ExecutionPtr end(ActionLane& lane, const Dispatched& dispatched, const Result<Done>& how);
    void end_and_tell(ActionLane& lane, const Dispatched& dispatched, const Result<Done>& how);
    // Those that failed alike, as one.
    void tell_of_batch(std::vector<ExecutionPtr> failed);

    const Parts parts_;
    const LaneSettings settings_;
    std::size_t pending_ = 0;
    std::size_t bytes_ = 0;
    std::unordered_map<Tenant, std::size_t> tenant_bytes_;
    std::atomic<std::size_t> handed_jobs_ = 0;
    std::atomic<std::size_t> handed_bytes_ = 0;
    std::atomic<std::size_t> waiting_threads_ = 0;
    std::mutex room_mutex_;
    std::condition_variable room_;
    bool is_let_go_ = false;  // under the mutex
    bool is_stopping_ = false;
    std::unordered_set<async::Wake*> sleeping_;
    async::TaskGroup tasks_;
};

class ActionLane : Pinned {
public:
    // Each row has its jobs done in order, by as many workers.
    ActionLane(ActionPtr action, std::size_t rows, std::size_t row_workers)
        : action_(std::move(action)), row_workers_max_(row_workers), rows_(rows) {}

private:
    friend class ActionLanes;
    struct Row {
        std::deque<Dispatched> waiting;
        std::size_t workers = 0;
    };
    std::size_t row_of(const Job& job) const;
    Dispatched take_first(std::size_t row);
    std::vector<Dispatched> take_batch(std::size_t row, const BatchTerms& terms);

    const ActionPtr action_;
    const std::size_t row_workers_max_;
    std::vector<Row> rows_;
    std::size_t waiting_ = 0;
    std::size_t bytes_ = 0;  // of what waits or runs
};

}  // namespace gatehouse::rules
