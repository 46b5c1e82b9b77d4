// Which statements AWS IoT SQL refuses, beside those that are not written well. For tests only.
#pragma once

#include <optional>

#include "base/result.h"
#include "sql/syntax.h"
#include "sql/version.h"

namespace gatehouse::sql::plain {

// Nothing: it can be evaluated.
std::optional<ErrorKind> refusal_of(const syntax::Statement& statement, Version version);

// "Int" and the like in any case.
enum class CastType : std::uint8_t { String, Int, Decimal, Boolean };
std::optional<CastType> cast_type_of(std::string_view name);

std::string in_lower_case(std::string_view word);

}  // namespace gatehouse::sql::plain
