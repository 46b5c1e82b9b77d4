// What waits for a thread that runs statements, in turns by tenant, so that no tenant's messages
// wait for more than a few of another's.
//
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <unordered_map>
#include <variant>
#include <vector>

#include "base/tenant.h"
#include "rules/execution.h"
#include "rules/finding.h"
#include "rules/message.h"
#include "rules/rule_run.h"

namespace gatehouse::rules {

// A message for the rules that want it.
struct Arrived {
    FindingPtr finding;
    MessagePtr message;
};
// A rule whose function was answered.
struct Answered {
    std::unique_ptr<RuleRun> run;
};
// The last: an execution whose error action is to be told.
using Work = std::variant<Arrived, Answered, ExecutionPtr>;

const MessagePtr& message_of(const Work& work);

class EvaluatorQueue {
public:
    // Of one tenant; all together may be so many times as much.
    struct Bounds {
        std::size_t works_max = 0;
        std::size_t bytes_max = 0;
    };
    static constexpr std::size_t shares = 4;

    explicit EvaluatorQueue(Bounds bounds) : bounds_(bounds) {}

    bool has_room(const Message& message) const;
    // Whether there is room or not.
    void put(Work work);
    // At most so many, of each tenant alike.
    void take(std::vector<Work>& works, std::size_t works_max);
    void clear();

    // Whether somebody works on it.
    bool is_served = false;

private:
    struct Waiting {
        std::deque<Work> works;
        std::size_t bytes = 0;
        bool has_turn = false;
    };
    void take_from(Waiting& waiting, std::vector<Work>& works, std::size_t works_max);

    const Bounds bounds_;
    std::unordered_map<Tenant, Waiting> tenants_;
    std::deque<Waiting*> turns_;  // of those for whom something waits
    std::size_t works_ = 0;
    std::size_t bytes_ = 0;
};

}  // namespace gatehouse::rules
