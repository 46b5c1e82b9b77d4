// What is counted of rules and their actions, by the names of CloudWatch's metrics. They outlive
// changes of the rule.
//
// Source: AWS IoT Developer Guide, "AWS IoT metrics and dimensions" (rule and rule action metrics).
//
// Threads: any.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "async/guarded.h"
#include "base/pinned.h"

namespace gatehouse::rules {

class Count {
public:
    void add() { value_.fetch_add(1, std::memory_order_relaxed); }
    std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_ = 0;
};

// Of one kind of action of a rule.
struct ActionCounts {
    Count success;
    Count failure;
    Count error_action_success;
    Count error_action_failure;
};

struct RuleCounts : Pinned {
    Count topic_match;  // TopicMatch
    Count executed;     // RulesExecuted: the condition held
    Count parse_error;  // ParseError: the payload is no JSON
    Count throttled;    // RuleMessageThrottled

    // Of actions of this name ("LambdaAction"); stays as long as this.
    ActionCounts& of_action(std::string_view name) {
        const auto all = actions_.lock();
        auto found = all->find(name);
        if (found == all->end()) {
            found = all->emplace(std::string(name), std::make_unique<ActionCounts>()).first;
        }
        return *found->second;
    }
    // Calls `visit` with each name and its counts.
    template <class Visit>
    void for_each_action(Visit visit) const {
        const auto all = actions_.lock();
        for (const auto& [name, counts] : *all) visit(name, *counts);
    }

private:
    async::Guarded<std::map<std::string, std::unique_ptr<ActionCounts>, std::less<>>> actions_;
};

}  // namespace gatehouse::rules
