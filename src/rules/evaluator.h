// Runs the statements of rules on threads of its own, off the loops: publishers only leave a copy
// of their message.
//
// Messages on one topic are evaluated in the order in which they came, those of different tenants
// by turns of so many steps. What one evaluation does is bounded (sql/effort.h). Queues are
// bounded; over the bound messages are dropped for the rules (their subscribers have them all the
// same), counted and told (RuleMessageThrottled), and so are error actions, but not those of rules
// that are seen through (pledges.h). A thread waits while the loop of actions is too far behind.
//
// Threads: any.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "async/event_loop.h"
#include "async/guarded.h"
#include "async/task_group.h"
#include "async/worker_pool.h"
#include "base/clock.h"
#include "base/pinned.h"
#include "base/random.h"
#include "rules/action_lane.h"
#include "rules/backlog.h"
#include "rules/doors.h"
#include "rules/evaluator_queue.h"
#include "rules/execution.h"
#include "rules/finding.h"
#include "rules/rule_reports.h"
#include "rules/rule_run.h"
#include "rules/work.h"

namespace gatehouse::rules {

struct EvaluatorSettings {
    std::size_t threads = 1;
    // That wait for each thread, of one tenant; of all together four times as many.
    std::size_t messages_max = 20'000;
    std::size_t bytes_max = 32UL * 1024 * 1024;
    std::chrono::milliseconds ask_max{2000};  // of aws_lambda()
};

class Evaluator : Pinned {
public:
    // All must outlive it. Null functions: none that ask one are there.
    struct Parts {
        async::EventLoop& loop;  // of actions
        const Clock& clock;
        Random& random;
        const RuleReports& reports;
        ActionLanes& lanes;
        Backlog& backlog;
        FunctionDoor* functions = nullptr;
    };
    Evaluator(Parts parts, EvaluatorSettings settings);
    ~Evaluator();

    // False: there is no room for it.
    bool take(FindingPtr finding, MessagePtr message);
    // Its error action is to be told.
    void take_failed(ExecutionPtr failed);
    // What waited in the backlog.
    void take_again(Backlog::Ready ready);
    void take_back(Arrived parked);

    // Nothing is begun any more, and no service asked. From a task on the loop.
    async::Task<void> stop();
    // Whether nothing waits, is evaluated or asked. On the loop.
    bool is_idle() const;
    // How many payloads were parsed.
    std::uint64_t payloads_read() const { return payloads_read_.load(std::memory_order_relaxed); }

private:
    // A thread and what waits for it.
    struct Line {
        async::Guarded<EvaluatorQueue> queue;
        async::WorkerPool pool;

        explicit Line(EvaluatorQueue::Bounds bounds)
            : queue(bounds), pool({.name = "gh-rules", .threads = 1, .queue_max = 16}) {}
    };

    Line& line_of(const Message& message);
    // Whether there is room in a line's queue for what is new.
    enum class Bounded : bool { No, Yes };
    bool put(Work work, Bounded bounded);
    void serve(Line& line);
    // These give the steps that it took.
    std::uint64_t work_on(Work& work);
    std::uint64_t work_on(Arrived& arrived);
    std::uint64_t work_on(Again& again);
    std::uint64_t work_on(Answered& answered);
    std::uint64_t work_on(ExecutionPtr& failed);
    std::uint64_t begin(const Arrived& arrived, const CompiledRule& rule);
    std::shared_ptr<const Reading> read(MessagePtr message);
    std::uint64_t go_on(std::unique_ptr<RuleRun> run);
    std::optional<sql::ServiceCall> evaluate(RuleRun& run);
    void no_memory(const Message& message);
    void drop(const Execution& failed);
    void begin_to_ask(std::unique_ptr<RuleRun> run, sql::ServiceCall wanted);
    void finish(RuleRun& run);
    void tell_failures(const RuleRun& run, const Execution& execution);
    async::Task<void> ask(std::unique_ptr<RuleRun> run, sql::ServiceCall wanted, std::size_t bytes);
    async::Task<Answered> answered(std::unique_ptr<RuleRun> run, sql::ServiceCall wanted);

    const Parts parts_;
    const EvaluatorSettings settings_;
    std::atomic<bool> is_stopping_ = false;
    std::atomic<std::uint64_t> payloads_read_ = 0;
    std::atomic<std::size_t> to_ask_ = 0;  // on their way to the loop
    std::size_t asking_bytes_ = 0;
    async::TaskGroup asking_;
    std::vector<std::unique_ptr<Line>> lines_;
};

}  // namespace gatehouse::rules
