// What a thread that runs statements has to do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "rules/execution.h"
#include "rules/finding.h"
#include "rules/message.h"
#include "rules/rule_run.h"

namespace gatehouse::rules {

class BacklogTurn;

// A message for the rules that want it, from one of them on.
struct Arrived {
    FindingPtr finding;
    MessagePtr message;
    std::size_t next = 0;                         // of the finding's rules
    std::shared_ptr<const Reading> reading = {};  // null: it is not parsed
    bool was_parked = false;                      // by the backlog, and is so no more

    bool is_done() const;
};
// A message for one rule, once more.
struct Again {
    RulePtr rule;
    MessagePtr message;
    std::uint64_t number = 0;  // its place in the backlog
    std::shared_ptr<const BacklogTurn> turn;
};
// A rule whose function was answered, with JSON.
struct Answered {
    std::unique_ptr<RuleRun> run;
    std::string function_arn;
    std::string answer;
    bool is_given_up = false;  // the run ended already: there was no answer
};
// The last: an execution whose error action is to be told.
using Work = std::variant<Arrived, Again, Answered, ExecutionPtr>;

const MessagePtr& message_of(const Work& work);
// About what it takes of memory.
std::size_t work_bytes(const Work& work);

}  // namespace gatehouse::rules
