// Reading what the API answers, and showing it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace gatehouse::server {

// Members by JSON pointer ("/Configuration/State"). Empty when absent or of another kind.
std::string text_at(const json::value& answer, std::string_view pointer);
std::optional<std::int64_t> number_at(const json::value& answer, std::string_view pointer);
bool is_true_at(const json::value& answer, std::string_view pointer);
// The elements of an array; none when absent.
std::span<const json::value> elements_at(const json::value& answer, std::string_view pointer);

// Indented JSON, ending in a newline.
std::string pretty_json(const json::value& value);

// Left-aligned columns; the first row is the heading. Ends in a newline.
std::string columns(const std::vector<std::vector<std::string>>& rows);

}  // namespace gatehouse::server
