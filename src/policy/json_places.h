// Line and column of a value inside a JSON text, which the tree of values does not keep, and
// members that appear twice, of which the tree keeps only one.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace gatehouse::policy {

// A member name or an array index.
using PathStep = std::variant<std::string, std::size_t>;
using JsonPath = std::vector<PathStep>;

// "Statement[0].Condition.Bool".
std::string path_text(const JsonPath& path);

// Requires of both: the text is valid JSON.
// The place of the value at the path; line 0 if there is none.
Place place_of(std::string_view text, const JsonPath& path);
// The first member that repeats a name within its object.
std::optional<Place> find_repeated_member(std::string_view text);

}  // namespace gatehouse::policy
