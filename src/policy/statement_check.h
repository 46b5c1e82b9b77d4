// One statement against one request, part by part: what fits and what does not. The slow twin of
// deciding, for explanations.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/explanation.h"

namespace gatehouse::policy {

// How the text of a NotResource's list begins.
inline constexpr std::string_view everything_but = "everything but ";

struct StatementCheck {
    bool applies = false;
    // The one that fits, or comes nearest; of a NotResource, everything but what it lists.
    std::string resource;
    std::string resolved;           // the same with variables filled in
    std::vector<Mismatch> differs;  // empty if it applies
    unsigned distance = 0;          // how far the statement is from applying; 0 if it does
};

// `request.at` is set if the time is known.
StatementCheck check_statement(const Statement& statement, const Variables& variables,
                               const Request& request);

// What a condition on the key is judged by: constants of the connection before what the request
// carries, and that before the time. None if the key has no value.
std::vector<std::string> values_of_key(std::string_view key, const Variables& variables,
                                       const Request& request);

// "topic/a/b" of "arn:aws:iot:us-east-1:000000000000:topic/a/b"; other texts as they are.
std::string resource_of_arn(std::string_view arn);

}  // namespace gatehouse::policy
