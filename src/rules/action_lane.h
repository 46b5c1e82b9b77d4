// A bounded queue with workers of its own for each action of each rule, so that a target that is
// dead or slow harms nobody else.
//
// What a target could not do for a while is tried again with growing pauses, more often where it is
// there and has no room just now. A queue that is full takes nothing more: the newest job fails.
//
// Threads: make() and put() from any; everything else on the loop of actions.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <unordered_set>
#include <vector>

#include "async/event_loop.h"
#include "async/task_group.h"
#include "async/wake.h"
#include "base/pinned.h"
#include "rules/execution.h"
#include "rules/rule_reports.h"

namespace gatehouse::rules {

struct LaneSettings {
    std::size_t jobs_max = 10'000;  // that wait, in one lane
    std::size_t bytes_max = 32UL * 1024 * 1024;
    std::size_t workers_max = 8;
    int tries_max = 3;
    int throttled_tries_max = 30;               // where the target has no room
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
        // Of an execution in which something failed, once all of it has ended.
        std::function<void(ExecutionPtr)> on_failed;
    };
    ActionLanes(Parts parts, LaneSettings settings);

    std::shared_ptr<ActionLane> make(ActionPtr action);
    void put(std::vector<Dispatched> jobs);

    // What runs has until the deadline, and nothing that waits is begun. From a task on the loop.
    async::Task<void> stop(Deadline deadline);
    // Jobs that wait or run.
    std::size_t pending() const { return pending_; }

private:
    friend class ActionLane;
    void take(Dispatched dispatched);
    async::Task<void> serve(std::shared_ptr<ActionLane> lane);
    async::Task<void> serve_one(ActionLane& lane, Dispatched dispatched);
    async::Task<void> serve_batch(ActionLane& lane);
    async::Task<Result<Done>> try_all(const Action& action, const Job& job);
    async::Task<bool> pause(int tries);
    async::Task<void> sleep(SteadyTime::duration span);
    Deadline try_deadline() const;
    void end(const ActionLane& lane, const Dispatched& dispatched, const Result<Done>& how);

    const Parts parts_;
    const LaneSettings settings_;
    std::size_t pending_ = 0;
    bool is_stopping_ = false;
    std::unordered_set<async::Wake*> sleeping_;
    async::TaskGroup tasks_;
};

class ActionLane : Pinned {
public:
    explicit ActionLane(ActionPtr action) : action_(std::move(action)) {}

private:
    friend class ActionLanes;
    bool has_room(const LaneSettings& settings, const Job& job) const;
    Dispatched take_first();

    const ActionPtr action_;
    std::deque<Dispatched> waiting_;
    std::size_t bytes_ = 0;  // of what waits
    std::size_t workers_ = 0;
};

}  // namespace gatehouse::rules
