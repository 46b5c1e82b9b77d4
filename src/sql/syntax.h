// A statement as it is written. For sources of this module only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "sql/value.h"

namespace gatehouse::sql::syntax {

struct Expression;
struct Query;
using ExpressionPtr = std::unique_ptr<Expression>;

struct Literal {
    Value value;
};
// A member of the payload; within a nested query, of its element.
struct Name {
    std::string name;
};
struct Variable {
    std::string name;
};
// The whole payload.
struct Star {};
struct Member {
    ExpressionPtr of;
    std::string name;
};
struct Call {
    std::string function;
    std::vector<Expression> arguments;
};
struct Cast {
    ExpressionPtr what;
    std::string type;
};
struct Unary {
    enum class Operator : std::uint8_t { Minus, Not };
    Operator op;
    ExpressionPtr what;
};
enum class BinaryOperator : std::uint8_t {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder
};
struct Binary {
    BinaryOperator op;
    ExpressionPtr left;
    ExpressionPtr right;
};
struct Case {
    ExpressionPtr what;
    std::vector<std::pair<ExpressionPtr, ExpressionPtr>> arms;  // WHEN, THEN
    ExpressionPtr otherwise;                                    // null: none
};
struct ObjectLiteral {
    std::vector<std::pair<std::string, ExpressionPtr>> members;
};
struct ArrayLiteral {
    std::vector<Expression> items;
};
struct Nested {
    std::unique_ptr<Query> query;
};

struct Expression {
    std::variant<Literal, Name, Variable, Star, Member, Call, Cast, Unary, Binary, Case,
                 ObjectLiteral, ArrayLiteral, Nested>
        what;
    std::size_t begin = 0;  // in the statement
    std::size_t end = 0;
};

struct Item {
    Expression expression;
    std::vector<std::string> alias;  // empty: none
};

struct Query {
    bool is_value = false;  // SELECT VALUE
    std::vector<Item> items;
    ExpressionPtr source;  // of a nested query
    ExpressionPtr where;   // null: none
};

struct Statement {
    std::vector<std::pair<std::string, Expression>> assignments;
    Query query;
    std::optional<std::string> topic_filter;
    std::size_t topic_filter_at = 0;
};

}  // namespace gatehouse::sql::syntax
