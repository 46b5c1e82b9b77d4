// "Did you mean …": the known name nearest to a mistyped one.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace gatehouse {

// The candidate with the smallest edit distance, if it is near enough to be a likely typing
// mistake (at most a third of the longer length, at least one edit allowed; two neighbours that
// changed places are one edit).
std::optional<std::string_view> nearest_name(std::string_view typed,
                                             std::span<const std::string_view> candidates);

}  // namespace gatehouse
