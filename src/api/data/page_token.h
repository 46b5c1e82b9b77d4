// Tokens of listings whose order is that of their names: the last name seen, opaque to callers.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace gatehouse::api::data {

std::string token_after(std::string_view name);
// The name to go on after; empty without a token. InvalidInput: no token of ours.
Result<std::string> name_of_token(const std::optional<std::string>& token);

}  // namespace gatehouse::api::data
