// What became of a rule's actions for one message: told to the error action when all have ended.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "rules/compiled_rule.h"
#include "rules/message.h"

namespace gatehouse::rules {

struct ActionFailure {
    std::string action;    // "S3Action"
    std::string resource;  // "my-bucket"
    std::string message;
    ErrorKind kind = ErrorKind::InvalidInput;
};

// `action` where the statement itself came to nothing, so that no action could begin.
inline constexpr const char* statement_action = "SqlStatement";

// Changed on the loop of actions alone, once it is there.
struct Execution {
    RulePtr rule;
    MessagePtr message;
    std::size_t under_way = 0;
    std::vector<ActionFailure> failures;
    bool is_of_error_action = false;  // whose failure is only logged
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
// Source: AWS IoT Developer Guide, "Error handling (error action)", "Error action message format".
std::string error_payload(const Execution& execution);

}  // namespace gatehouse::rules
