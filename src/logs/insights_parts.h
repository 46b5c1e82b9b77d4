// What the parser of Insights queries is made of. For insights_*.cc only.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "logs/insights_lexer.h"
#include "logs/insights_query.h"
#include "logs/insights_record.h"

namespace gatehouse::logs::insights {

Result<ExpressionPointer> take_expression(Lexer& lexer);
ExpressionPointer field_expression(std::string name);
// /…/ is next.
Result<std::shared_ptr<const RE2>> take_regex_pattern(Lexer& lexer);
// "user=*, method=*" with a group for each *.
Result<std::shared_ptr<const RE2>> glob_pattern(std::string_view glob);
std::optional<Aggregate> aggregate_named(std::string_view name);

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

// `fields` are those of the row's record; null without one.
Value evaluate(const Expression& expression, const Row& row, RecordFields* fields);
Value call_function(std::string_view name, const std::vector<Value>& arguments, const Row& row);
// "5m" in milliseconds.
std::optional<std::int64_t> period_ms(std::string_view text);

}  // namespace gatehouse::logs::insights
