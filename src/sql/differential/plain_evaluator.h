// AWS IoT SQL read as plainly as it can be: recursion over the statement as it was written, with
// values that are copied, nothing prepared and nothing bounded. For tests and fuzzers, which hold
// Program against it. Services (aws_lambda and the like) are unknown to it.
//
// Source: AWS IoT Developer Guide, "AWS IoT SQL reference".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sql/message.h"
#include "sql/version.h"

namespace gatehouse::sql::plain {

struct Outcome {
    std::optional<ErrorKind> refused;    // the statement; then nothing else counts
    std::vector<std::string> variables;  // of SET, described
    std::vector<std::string> items;      // of SELECT, whether it matches or not
    bool matches = false;
    std::string payload;  // where it matches
};

// The document of the message is not looked at.
Outcome evaluate(std::string_view sql, Version version, const Message& message);

}  // namespace gatehouse::sql::plain
