// Functions of AWS IoT SQL in the plainest way. For tests only; those that are missing here are
// digests, regular expressions, times and the like, whose own tests say what they come to.
//
// Source: AWS IoT Developer Guide, "Functions".
#pragma once

#include <string_view>
#include <vector>

#include "sql/differential/plain_value.h"
#include "sql/message.h"

namespace gatehouse::sql::plain {

using Function = Value (*)(const Message& message, const std::vector<Value>& arguments);

// By its name in lower case, of as many arguments as it takes; null: it is missing here.
Function find_function(std::string_view name);

// The operator %, which some functions are.
Value rest_of_values(const Value& a, const Value& b);

}  // namespace gatehouse::sql::plain
