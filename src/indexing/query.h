// A query of the fleet index: parsed once, then asked about document after document.
//
//   auto query = Query::parse("attributes.model:v2 AND connectivity.connected:true");
//   if (query->matches(document)) ...
//
// Source: AWS IoT Developer Guide, "Query syntax": values are compared whatever their case, names
// of fields as they are written; a value is searched word by word.
//
// Threads: immutable; any.
#pragma once

#include <functional>
#include <string_view>

#include "base/result.h"
#include "indexing/document.h"
#include "indexing/query_expression.h"

namespace gatehouse::indexing {

class Query {
public:
    // Whether a field's values are numbers, by the name that documents have it under.
    using IsNumber = std::function<bool(std::string_view field)>;
    // InvalidInput, with the column and what was expected. Without `is_number` every value is a
    // text, but for the bounds of ranges.
    static Result<Query> parse(std::string_view text, const IsNumber& is_number = {});

    bool matches(const Document& document) const;
    // As the query of a dynamic group.
    bool finds_member(const Document& document) const;

private:
    explicit Query(Expression expression) : expression_(std::move(expression)) {}

    Expression expression_;
};

// The number that a text is, in full; what JSON would not take for one is none.
std::optional<double> numeric_value(std::string_view text);

}  // namespace gatehouse::indexing
