// The query language of CloudWatch Logs Insights as pure code: a text becomes a list of commands.
//
// fields, filter, parse, stats, sort, limit, dedup and display, with expressions of or, and, not,
// comparisons, like, in, arithmetic and functions.
//
// Source: Amazon CloudWatch Logs User Guide, "CloudWatch Logs Insights language query syntax".
// Differences: a field that a record does not have makes every comparison with it false, != and
// not like included; commands that are not named above are refused by name; of a text longer than
// matched_bytes_max a regular expression sees the beginning.
//
// Threads: a query is immutable.
#pragma once

#include <re2/re2.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "logs/insights_value.h"

namespace gatehouse::logs::insights {

inline constexpr std::size_t query_bytes_max = 10'000;
inline constexpr std::size_t nesting_max = 64;
inline constexpr std::size_t rows_max = 10'000;
inline constexpr std::size_t commands_max = 64;
// Of texts that functions make; what is longer is cut.
inline constexpr std::size_t text_bytes_max = 1024 * 1024;
// How much of a text a regular expression looks at.
inline constexpr std::size_t matched_bytes_max = 64UL * 1024;
// Of a query. The steps are those of all its compiled expressions.
inline constexpr std::size_t regexes_max = 32;
inline constexpr std::size_t regex_steps_max = 20'000;
// Fields that one parse makes. Source: "Supported logs and discovered fields" counts as many.
inline constexpr std::size_t parsed_fields_max = 200;

struct Expression;
using ExpressionPointer = std::unique_ptr<const Expression>;

enum class Operator : std::uint8_t {
    Or,
    And,
    Not,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Contains,    // like "text"
    MatchesNot,  // not like, of either kind
    Matches,     // like /regex/
    In,
    NotIn,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Power,
    Negate,
    Field,     // `text`
    Constant,  // `value`
    Call,      // `text` names the function
};

struct Expression {
    Operator what = Operator::Constant;
    std::vector<ExpressionPointer> of;  // operands
    std::string text;
    Value value;
    std::shared_ptr<const RE2> regex;  // of Matches and MatchesNot; null: a text is contained
};

// An expression and what its column is called.
struct Column {
    std::string name;
    ExpressionPointer expression;
};

enum class Aggregate : std::uint8_t {
    Count,
    CountDistinct,
    Sum,
    Average,
    Least,
    Greatest,
    Percentile,
    Deviation,
    Earliest,
    Latest,
    SortsFirst,
    SortsLast,
};

struct AggregateCall {
    Aggregate what = Aggregate::Count;
    ExpressionPointer of;  // null: count(*)
    double percentile = 0;
};

struct FieldsCommand {
    std::vector<Column> columns;
};
struct DisplayCommand {
    std::vector<std::string> names;
};
struct FilterCommand {
    ExpressionPointer condition;
};
struct ParseCommand {
    ExpressionPointer of;
    std::shared_ptr<const RE2> pattern;  // null: a pattern with *
    std::vector<std::string> literals;   // what stands before, between and after each *
    std::vector<std::string> names;      // of the pattern's groups or *, in order
};
struct StatsCommand {
    std::vector<AggregateCall> aggregates;
    // In order; over aggregates, as the fields aggregate_field() names, and earlier columns.
    std::vector<Column> columns;
    std::vector<Column> by;
};
struct SortCommand {
    struct Key {
        ExpressionPointer by;
        bool descending = false;
    };
    std::vector<Key> keys;
};
// What the value of a stats command's aggregate is called in its columns; nobody writes such a
// name.
std::string aggregate_field(std::size_t index);

struct LimitCommand {
    std::size_t count = 0;
};
struct DedupCommand {
    std::vector<ExpressionPointer> by;
};

using Command = std::variant<FieldsCommand, DisplayCommand, FilterCommand, ParseCommand,
                             StatsCommand, SortCommand, LimitCommand, DedupCommand>;

struct Query {
    std::vector<Command> commands;
};

// InvalidInput: place.column counts characters from 1, and the sentence says what was expected.
Result<Query> parse_query(std::string_view text);

// Names of functions that an expression may call, and how many arguments they take.
bool is_function(std::string_view name, std::size_t arguments);

}  // namespace gatehouse::logs::insights
