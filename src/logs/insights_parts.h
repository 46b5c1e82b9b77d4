// What the parser of Insights queries is made of. For insights_*.cc only.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "logs/insights_effort.h"
#include "logs/insights_lexer.h"
#include "logs/insights_query.h"
#include "logs/insights_record.h"

namespace gatehouse::logs::insights {

Result<ExpressionPointer> take_expression(Lexer& lexer);
// Of stats: aggregates that stand in it are added to the list, and fields are columns before it.
struct StatsColumns {
    std::vector<AggregateCall>& aggregates;
    const std::vector<Column>& before;
};
Result<ExpressionPointer> take_stats_expression(Lexer& lexer, const StatsColumns& columns);
ExpressionPointer field_expression(std::string name);
// /…/ is next.
Result<std::shared_ptr<const RE2>> take_regex_pattern(Lexer& lexer);

// A record on its way through a query: what commands made, above what the record has.
class Row {
public:
    explicit Row(std::shared_ptr<const Record> record) : record_(std::move(record)) {}
    // A row of stats: no record below.
    Row() = default;

    Value field(const std::string& name, RecordFields* fields) const;
    void set(const std::string& name, Value value) { made_[name] = std::move(value); }
    const std::shared_ptr<const Record>& record() const { return record_; }
    // Roughly what it holds in memory.
    std::size_t bytes() const;

private:
    std::shared_ptr<const Record> record_;
    std::map<std::string, Value> made_;
};

// What an expression is worth something in.
struct Scope {
    const Row& row;
    RecordFields* fields = nullptr;  // of the row's record; null without one
    Effort& effort;
    std::int64_t now_seconds = 0;  // since the epoch, when the query began
};

// Absent once the effort is spent.
Value evaluate(const Expression& expression, const Scope& scope);
// For a value that stays while others are made.
Value evaluate_kept(const Expression& expression, const Scope& scope);
// Charges what matching this text costs; the part of it that is looked at.
std::string_view matched_part(const std::string& text, const RE2& regex, Effort& effort);
// A call of a function that has all its arguments made first; concat and the like have not.
Value call_function(std::string_view name, const std::vector<Value>& arguments, const Scope& scope);
// Where `part` begins in the text, from `at` on; npos: nowhere. Takes time by the text's length,
// whatever the part is.
std::size_t find_in(std::string_view text, std::string_view part, std::size_t at = 0);
// "5m" in milliseconds.
std::optional<std::int64_t> period_ms(std::string_view text);

}  // namespace gatehouse::logs::insights
