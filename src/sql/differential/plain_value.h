// Values of AWS IoT SQL in the plainest way, and how they become one another. For tests only: what
// sql/value.h and sql/document.h make is compared with it.
//
// Source: AWS IoT Developer Guide, "AWS IoT SQL data types", "Conversions".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sql/differential/plain_number.h"
#include "sql/value.h"
#include "sql/version.h"

namespace gatehouse::sql::plain {

using Kind = sql::Value::Kind;

struct Value {
    Kind kind = Kind::Undefined;
    bool truth = false;
    Number number;  // of Int and Decimal
    std::string text;
    std::vector<Value> items;        // of Array and Object
    std::vector<std::string> names;  // of these, in an Object
};
// As they are written; of names that are there twice, the last counts.
using Members = std::vector<std::pair<std::string, Value>>;

Value null();
Value of_truth(bool truth);
// Nothing: Undefined.
Value of_number(Kind kind, const std::optional<Number>& number);
Value of_text(std::string text);
Value of_items(std::vector<Value> items);
Value of_members(Members members);
Value integer(std::int64_t number);

inline bool is_number(const Value& value) {
    return value.kind == Kind::Int || value.kind == Kind::Decimal;
}
// Of an Object; of others, none.
Members members_of(const Value& value);
Value member(const Value& object, std::string_view name);
// Each name once, where it stood first.
Members each_once(const Value& object);
// Replaces what has this name, or adds it.
void put(Members& members, const std::string& name, Value value);

// The implicit conversions; Undefined where there is none. The number of a text is a Decimal.
std::optional<std::string> text_of(const Value& value);
std::optional<bool> truth_of(const Value& value);
Value number_of(const Value& value);
std::optional<Number> int_of(const Value& value);
std::optional<Number> floor_of(const Value& value);
std::optional<bool> are_equal(const Value& a, const Value& b);

// JSON. Nothing: it is none.
std::optional<Value> read_json(std::string_view text, Version version);
std::string write_json(const Value& value);
// The same with all that is Undefined, and each name once.
std::string described(const Value& value);

// The same value of the module, and back.
sql::Value to_sql(const Value& value);
Value from_sql(const sql::Value& value);

}  // namespace gatehouse::sql::plain
