// The parser of the fleet index's query language.
//
//   query  = or
//   or     = and { "OR" and }
//   and    = unary { [ "AND" ] unary }
//   unary  = ( "NOT" | "-" ) unary | "(" or ")" | [ field ":" ] value | field compare bound
//   value  = word | "\"" phrase "\"" | range | compare bound | "(" or, of values ")"
//   range  = ( "[" | "{" ) bound "TO" bound ( "]" | "}" )
//
// Source: AWS IoT Developer Guide, "Query syntax", "Example thing queries". AND binds tighter than
// OR. Fields that do not exist are no fault: no thing has a value there.
//
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.h"
#include "indexing/query_expression.h"

namespace gatehouse::indexing {

// AWS General Reference, "AWS IoT Device Management fleet indexing quotas".
inline constexpr std::size_t query_characters_max = 1000;
inline constexpr std::size_t query_terms_max = 12;
// "Query syntax": one term of a query may begin with a wildcard, and the query is short then.
inline constexpr std::size_t leading_wildcards_max = 1;
inline constexpr std::size_t leading_wildcard_characters_max = 100;
// Of brackets and negations within each other.
inline constexpr std::size_t query_depth_max = 32;

// InvalidInput, with the column and what was expected.
Result<Expression> parse_expression(std::string_view text);

}  // namespace gatehouse::indexing
