// Tokens that continue a search behind a name, so that they stay good whatever is made and deleted
// meanwhile. A token is of one question alone.
//
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::indexing {

std::string token_after(std::string_view question, std::string_view name);
// Empty for an empty token; nothing: it is none of this question.
std::optional<std::string> name_in_token(std::string_view question, std::string_view token);

}  // namespace gatehouse::indexing
