// From the text of a statement to what is written there. For sources of this module only.
//
// Source: AWS IoT Developer Guide, "AWS IoT SQL reference"; the order of operators is that of SQL.
#pragma once

#include <string_view>

#include "base/result.h"
#include "sql/syntax.h"

namespace gatehouse::sql {

inline constexpr std::size_t statement_bytes_max = 256 * 1024;
inline constexpr std::size_t expression_depth_max = 64;
inline constexpr std::size_t operators_max = 1000;

// InvalidInput with line and column, what was expected and what is there; TooLarge.
Result<syntax::Statement> parse_statement(std::string_view text);
// One expression, such as stands in a substitution template. Reads from `at` on, to what is no part
// of it, where `at` is then.
Result<syntax::Expression> parse_expression(std::string_view text, std::size_t& at);

}  // namespace gatehouse::sql
