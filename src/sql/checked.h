// A statement that was checked. For sources of this module only.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sql/operation.h"
#include "sql/version.h"

namespace gatehouse::sql {

struct Shown {
    std::string text;  // as it is written
    OperationPtr operation;
};

struct Checked {
    Version version = Version::V2016;
    std::optional<std::string> topic_filter;
    std::vector<std::string> variable_names;
    std::vector<Shown> variables;
    OperationPtr where;              // null: none
    std::vector<Shown> where_parts;  // the condition and what it is made of, for explanations
    Selection selection;
    bool reads_payload = false;
    std::vector<Error> warnings;
};

Result<Checked> check_statement(std::string_view sql, Version version,
                                AnsweredFunctions answered = std::nullopt);
// One expression where these variables are set, as in a substitution template. Services are asked
// where `allows_services`.
struct ExpressionTerms {
    Version version = Version::V2016;
    std::vector<std::string> variable_names;
    bool allows_services = true;
    AnsweredFunctions answered = std::nullopt;
    std::size_t first_service = 0;  // the number of the first call
};
struct CheckedExpression {
    OperationPtr operation;
    std::size_t services = 0;
    bool reads_payload = false;
};
Result<CheckedExpression> check_expression(std::string_view text, std::size_t& at,
                                           const ExpressionTerms& terms);

}  // namespace gatehouse::sql
