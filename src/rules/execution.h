// What became of a rule's actions for one message: told to the error action when all have ended.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/action.h"
#include "rules/compiled_rule.h"
#include "rules/message.h"

namespace gatehouse::rules {

struct ActionFailure {
    std::string action;    // "S3Action"
    std::string resource;  // "my-bucket"
    std::string message;
    ErrorKind kind = ErrorKind::InvalidInput;
    // What the log says it would have acted on, of an action that could not begin.
    std::vector<std::pair<std::string_view, std::string>> resources = {};

    bool operator==(const ActionFailure&) const = default;
};

// `action` where the statement itself came to nothing, so that no action could begin.
inline constexpr const char* statement_action = "SqlStatement";

class BacklogTurn;

// Changed on the loop of actions alone, once it is there.
struct Execution {
    RulePtr rule;
    MessagePtr message;
    std::size_t under_way = 0;
    std::vector<ActionFailure> failures;
    bool is_of_error_action = false;  // whose failure is only logged
    // Where they failed as a batch, its other messages; the executions of these are told of here.
    BatchTold batch = BatchTold::Apart;
    std::vector<MessagePtr> others;

    // Until its jobs have begun: its place among those that waited for room, null if it comes for
    // the first time; and of an error action, what it is told of.
    std::shared_ptr<const BacklogTurn> turn;
    std::uint64_t number = 0;  // of that place, should it have to wait; 0: any
    std::shared_ptr<Execution> failed;

    // Whether it is seen through whatever happens (pledges.h).
    bool is_pledged() const;
    // Of what it has beside the message and the rule, about.
    std::size_t bytes() const;
};

using ExecutionPtr = std::shared_ptr<Execution>;

// A job on its way to its action's lane.
struct Dispatched {
    std::shared_ptr<ActionLane> lane;
    Job job;
    ExecutionPtr execution;
    std::size_t bytes = 0;  // of the job, once it is on its way
};

// The payload of an error action.
// Source: AWS IoT Developer Guide, "Error handling (error action)", "Error action message format";
// "Batching HTTP action messages".
std::string error_payload(const Execution& execution);

}  // namespace gatehouse::rules
