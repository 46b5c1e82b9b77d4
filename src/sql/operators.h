// The operators of AWS IoT SQL.
//
// Source: AWS IoT Developer Guide, "Operators". Division by zero is Undefined.
//
// Pure; threads: any.
#pragma once

#include "sql/syntax.h"
#include "sql/value.h"

namespace gatehouse::sql {

// Of AND and OR both sides count, also where one would decide.
Value operate(syntax::BinaryOperator op, const Value& left, const Value& right);
Value negate(const Value& value);
Value logical_not(const Value& value);

}  // namespace gatehouse::sql
