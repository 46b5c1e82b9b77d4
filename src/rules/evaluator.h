// Runs the statements of rules on threads of its own, off the loops: publishers only leave a copy
// of their message.
//
// Messages on one topic are evaluated in the order in which they came. Queues are bounded; over
// the bound messages are dropped for the rules (their subscribers have them all the same), counted
// and told (RuleMessageThrottled).
//
// Threads: any.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "async/event_loop.h"
#include "async/guarded.h"
#include "async/task_group.h"
#include "async/worker_pool.h"
#include "base/clock.h"
#include "base/pinned.h"
#include "base/random.h"
#include "rules/action_lane.h"
#include "rules/doors.h"
#include "rules/execution.h"
#include "rules/rule_reports.h"
#include "rules/rule_run.h"
#include "rules/rule_set.h"

namespace gatehouse::rules {

// The rules that want a topic, found once for each.
struct Finding {
    std::shared_ptr<const RuleSet> set;  // keeps the rules; null: the tenant has none
    std::vector<const CompiledRule*> rules;
    // "NAME" of "$aws/rules/NAME/…", of which nothing goes on to subscribers.
    std::optional<std::string> ingest;
};
using FindingPtr = std::shared_ptr<const Finding>;

struct EvaluatorSettings {
    std::size_t threads = 1;
    std::size_t messages_max = 20'000;  // that wait, for each thread
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
        FunctionDoor* functions = nullptr;
    };
    Evaluator(Parts parts, EvaluatorSettings settings);
    ~Evaluator();

    // False: there is no room for it.
    bool take(FindingPtr finding, MessagePtr message);
    // Its error action is to be told.
    void take_failed(ExecutionPtr failed);

    // Nothing is begun any more, and no service asked. From a task on the loop.
    async::Task<void> stop();
    // Whether nothing waits, is evaluated or asked. On the loop.
    bool is_idle() const;
    // How many payloads were parsed.
    std::uint64_t payloads_read() const { return payloads_read_.load(std::memory_order_relaxed); }

private:
    struct Arrived {
        FindingPtr finding;
        MessagePtr message;
    };
    struct Answered {
        std::unique_ptr<RuleRun> run;
    };
    using Work = std::variant<Arrived, Answered, ExecutionPtr>;
    struct Queue {
        std::deque<Work> waiting;
        std::size_t bytes = 0;
        bool is_served = false;
    };
    // A thread and what waits for it.
    struct Line {
        async::Guarded<Queue> queue;
        async::WorkerPool pool;

        Line() : pool({.name = "gh-rules", .threads = 1, .queue_max = 16}) {}
    };

    Line& line_of(const Message& message);
    bool put(Line& line, Work work, std::size_t bytes, bool is_bounded);
    void serve(Line& line);
    void work_on(Arrived& arrived);
    void work_on(Answered& answered);
    void work_on(ExecutionPtr& failed);
    std::shared_ptr<const Reading> read(MessagePtr message);
    void go_on(std::unique_ptr<RuleRun> run);
    void finish(RuleRun& run);
    async::Task<void> ask(std::unique_ptr<RuleRun> run, sql::ServiceCall wanted);

    const Parts parts_;
    const EvaluatorSettings settings_;
    std::atomic<bool> is_stopping_ = false;
    std::atomic<std::uint64_t> payloads_read_ = 0;
    async::TaskGroup asking_;
    std::vector<std::unique_ptr<Line>> lines_;
};

}  // namespace gatehouse::rules
