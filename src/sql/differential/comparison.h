// Program held against the plain evaluator. For tests and fuzzers.
#pragma once

#include <optional>
#include <string>

#include "sql/differential/sample.h"

namespace gatehouse::sql::plain {

struct Comparison {
    // What is different, in words for people; nothing: both come to the same.
    std::optional<std::string> difference;
    // Why there was not much to compare: it was refused, or does too much.
    bool is_refused = false;
    bool is_too_much = false;
    bool matches = false;
};

Comparison compare(const Sample& sample);

}  // namespace gatehouse::sql::plain
