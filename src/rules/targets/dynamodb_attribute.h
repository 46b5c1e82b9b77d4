// JSON as DynamoDB writes it: each value under the name of its type.
// Source: Amazon DynamoDB API Reference, AttributeValue.
//
// Threads: pure functions.
#pragma once

#include <optional>
#include <string_view>

#include "base/json.h"
#include "sql/value.h"

namespace gatehouse::rules {

// {"S": "a"}, {"N": "1.5"}, {"BOOL": true}, {"NULL": true}, {"L": […]}, {"M": {…}}; numbers keep
// their digits. Requires: not Undefined.
json::object dynamodb_attribute(const sql::Value& value);
// {"B": "…"}: any bytes.
json::object dynamodb_bytes(std::string_view bytes);
// {"N": "…"} of a text; nothing where it is no number.
std::optional<json::object> dynamodb_number(std::string_view text);

}  // namespace gatehouse::rules
